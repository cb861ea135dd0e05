;;; localcopilot-suggestion.el --- What LocalCopilot suggests at point  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Asked for at each change, shown, kept while it is typed, accepted.

;;; Code:

(require 'cl-lib)
(require 'map)
(require 'seq)
(require 'localcopilot-document)
(require 'localcopilot-ghost)
(require 'localcopilot-server)

(defvar-local localcopilot--last-tick nil "The text's tick after the last command.")
(defvar-local localcopilot--last-point nil "Where point was after the last command.")

(defvar-local localcopilot--shown nil
  "What is shown: :item as first sent, :text that is left of it, :end of what it takes the place of, :point and :tick.")
(defvar-local localcopilot--items nil)
(defvar-local localcopilot--asked nil "The id of the request that is not answered yet.")
(defvar-local localcopilot--interrupted nil "Whether a suggestion was shown or asked for when nobody was there.")
(defvar localcopilot--question 0)
(defvar localcopilot--reported nil "The id of the completion that was last reported as shown.")

(defvar localcopilot-shown-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'localcopilot-accept)
    (define-key map [tab] #'localcopilot-accept)
    (define-key map (kbd "M-<right>") #'localcopilot-accept-word)
    (define-key map (kbd "C-M-<right>") #'localcopilot-accept-line)
    (define-key map [remap keyboard-quit] #'localcopilot-dismiss)
    map)
  "Keys while a suggestion is shown.")

(defvar localcopilot--maps `((localcopilot--shown . ,localcopilot-shown-map)))
(add-to-list 'emulation-mode-map-alists 'localcopilot--maps)

(defun localcopilot--after-command ()
  "Follow what the command did, before the screen is drawn."
  (let ((changed (not (eql localcopilot--last-tick (buffer-chars-modified-tick)))) (moved (not (eql localcopilot--last-point (point)))))
    (setq localcopilot--last-tick (buffer-chars-modified-tick) localcopilot--last-point (point))
    (cond
     ((or completion-in-region-mode (and (bound-and-true-p evil-local-mode) (not (eq (bound-and-true-p evil-state) 'insert)))) (localcopilot--dismiss))
     (changed (localcopilot--follow) (localcopilot--ask 2))
     (moved (localcopilot--dismiss)))))

(defun localcopilot--follow ()
  "Keep of what is shown what is not typed yet, where that is what was typed."
  (when localcopilot--shown
    (let* ((from (plist-get localcopilot--shown :point)) (text (plist-get localcopilot--shown :text)) (end (plist-get localcopilot--shown :end))
           (typed (and (< from (point)) (buffer-substring-no-properties from (point)))))
      (cond
       ((eql (plist-get localcopilot--shown :tick) (buffer-chars-modified-tick)))
       ((and typed (string-prefix-p typed text) (not (equal typed text))
             (eql (- (buffer-size) (plist-get localcopilot--shown :size)) (length typed)))
        (localcopilot--show (plist-get localcopilot--shown :item) (substring text (length typed)) (+ end (length typed))))
       (t (localcopilot--dismiss))))))

(defun localcopilot--ask (trigger)
  "Ask for a suggestion at point; TRIGGER is 1 by hand, 2 by itself."
  (localcopilot--forget)
  (setq localcopilot--interrupted (not localcopilot--uri))
  (when (and localcopilot--uri (not buffer-read-only))
    (localcopilot--flush)
    (let ((question localcopilot--question) (buffer (current-buffer)) (at (point)) (tick (buffer-chars-modified-tick)))
      (localcopilot--request
       'textDocument/inlineCompletion
       `(:textDocument (:uri ,localcopilot--uri) :position ,(localcopilot--position) :context (:triggerKind ,trigger))
       (lambda (result)
         (when (and (eql question localcopilot--question) (buffer-live-p buffer))
           (with-current-buffer buffer
             (setq localcopilot--asked nil)
             (when (and (eql at (point)) (eql tick (buffer-chars-modified-tick)) (eq buffer (window-buffer)))
               (setq localcopilot--items (append (plist-get result :items) nil))
               (if localcopilot--items (localcopilot--place (car localcopilot--items)) (localcopilot--hide))))))
       (lambda (error)
         (when (and (eql question localcopilot--question) (buffer-live-p buffer))
           (with-current-buffer buffer
             (setq localcopilot--asked nil)
             (localcopilot--hide)
             (when (eql (plist-get error :code) -32602)
               (localcopilot--close)
               (localcopilot--open))))))
      (setq localcopilot--asked (localcopilot--last-id localcopilot--connection)))))

(defun localcopilot--forget ()
  "An answer that is still to come is stale."
  (cl-incf localcopilot--question)
  (when localcopilot--asked
    (localcopilot--notify '$/cancelRequest `(:id ,localcopilot--asked))
    (setq localcopilot--asked nil)))

(defun localcopilot--place (item)
  "Show ITEM at point.  The rest of what is shown already is the same suggestion, and counts from its beginning."
  (let* ((id (plist-get (plist-get item :command) :arguments)) (shown (plist-get localcopilot--shown :item)) (range (plist-get item :range))
         (units (- (plist-get (plist-get range :end) :character) (plist-get (plist-get range :start) :character)))
         (end (point)))
    (while (> units 0)
      (cl-decf units (localcopilot--units (string (char-after end))))
      (cl-incf end))
    (localcopilot--show (if (equal id (plist-get (plist-get shown :command) :arguments)) shown item)
                        (string-replace "\r" "" (plist-get item :insertText)) end)))

(defun localcopilot--show (item text end)
  "Show TEXT, the rest of ITEM, at point, where it takes the place of what is up to END."
  (setq localcopilot--shown
        (and (localcopilot--draw text end)
             (list :item item :text text :end end :point (point) :tick (buffer-chars-modified-tick) :size (buffer-size))))
  (let ((id (plist-get (plist-get item :command) :arguments)))
    (when (and localcopilot--shown (not (equal id localcopilot--reported)))
      (setq localcopilot--reported id)
      (localcopilot--notify 'textDocument/didShowCompletion `(:item ,item)))))

(defun localcopilot--hide ()
  "Show nothing."
  (localcopilot--erase)
  (setq localcopilot--shown nil))

(defun localcopilot--dismiss ()
  "Show nothing, and ask for nothing."
  (localcopilot--forget)
  (localcopilot--hide))

(defun localcopilot--accept-part (regexp)
  "Insert what REGEXP matches at the beginning of the suggestion."
  (when localcopilot--shown
    (pcase-let* (((map :item :text :end) localcopilot--shown)
                 (part (if (string-match regexp text) (match-string 0 text) text))
                 (whole (equal part text))
                 (end (if whole end
                        (let ((at (point)))
                          (seq-doseq (character part)
                            (when (and (< at end) (eql character (char-after at))) (cl-incf at)))
                          at)))
                 (left (- (plist-get localcopilot--shown :end) end)))
      (localcopilot--dismiss)
      (delete-region (point) end)
      (insert part)
      (if whole
          (localcopilot--request 'workspace/executeCommand
                                 (list :command (plist-get (plist-get item :command) :command) :arguments (plist-get (plist-get item :command) :arguments))
                                 #'ignore)
        (let* ((rest (substring text (length part)))
               (sent (if (string-match-p "\r" (plist-get item :insertText)) (string-replace "\n" "\r\n" rest) rest))
               (length (- (localcopilot--units (plist-get item :insertText)) (localcopilot--units sent))))
          (when (> length 0)
            (localcopilot--notify 'textDocument/didPartiallyAcceptCompletion `(:item ,item :acceptedLength ,length)))
          (localcopilot--show item rest (+ (point) left)))))))

(defun localcopilot-accept ()
  "Accept what is suggested."
  (interactive "*")
  (localcopilot--accept-part "\\`\\(?:.\\|\n\\)*\\'"))

(defun localcopilot-accept-word ()
  "Accept the next word of what is suggested."
  (interactive "*")
  (localcopilot--accept-part "\\`[ \t\n]*\\(?:[[:alnum:]_]+\\|[^[:alnum:]_ \t\n]+\\)"))

(defun localcopilot-accept-line ()
  "Accept the next line of what is suggested."
  (interactive "*")
  (localcopilot--accept-part "\\`\n?[^\n]*"))

(defun localcopilot-dismiss ()
  "Show nothing until the text changes again."
  (interactive)
  (localcopilot--dismiss))

(defun localcopilot-suggest ()
  "Suggest something even where nothing is suggested by itself; again, the next of several."
  (interactive "*")
  (if (and localcopilot--shown (cdr localcopilot--items))
      (progn (setq localcopilot--items (append (cdr localcopilot--items) (list (car localcopilot--items))))
             (localcopilot--place (car localcopilot--items)))
    (localcopilot--ask 1)))

(provide 'localcopilot-suggestion)
;;; localcopilot-suggestion.el ends here
