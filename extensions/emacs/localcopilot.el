;;; localcopilot.el --- Code completions from a local model  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.2"))
;; Keywords: convenience, tools

;;; Commentary:

;; Shows what LocalCopilot suggests behind point, while you type.  TAB accepts it, M-<right> a word of it, C-M-<right> a line
;; of it, C-g dismisses it; where nothing is shown, these keys are what they always were.
;;
;;     (require 'localcopilot)
;;     (global-localcopilot-mode)
;;
;; All that is clever is in the daemon, which the child process `localcopilot lsp --stdio' finds or starts.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'url-util)

(defgroup localcopilot nil
  "Code completions from a local model."
  :group 'convenience
  :prefix "localcopilot-")

(defcustom localcopilot-command '("localcopilot" "lsp" "--stdio")
  "The program that is started, with its arguments."
  :type '(repeat string))

(defcustom localcopilot-max-buffer-size 4000000
  "Buffers with more characters are left alone."
  :type 'integer)

(defface localcopilot-suggestion '((t :inherit shadow))
  "What is suggested and not accepted.")

(defvar localcopilot-mode)
(defvar-local localcopilot--uri nil "The uri under which the daemon knows this buffer, nil where it does not.")
(defvar-local localcopilot--last-point nil "Where point was after the last command.")

(defvar-local localcopilot--shown nil
  "What is shown: :item as first sent, :text that is left of it, :end of what it takes the place of, :point and :tick.")
(defvar-local localcopilot--items nil)
(defvar-local localcopilot--overlays nil)
(defvar-local localcopilot--asked nil "The id of the request that is not answered yet.")
(defvar-local localcopilot--interrupted nil "Whether a suggestion was shown or asked for when nobody was there.")

;;;; The child process: started, spoken to, and started again when it ends

(defconst localcopilot--first-wait 0.1)
(defconst localcopilot--longest-wait 30)
(defconst localcopilot--good-life 10 "A child that lived this long, in seconds, was a good one.")

(defclass localcopilot--child (jsonrpc-process-connection)
  ((last-id :initform nil :accessor localcopilot--last-id)))

(cl-defmethod jsonrpc-connection-send :before ((connection localcopilot--child) &key id method &allow-other-keys)
  "Remember the id of the request that CONNECTION sends, to cancel it by."
  (when (and id method)
    (setf (localcopilot--last-id connection) id)))

(defvar localcopilot--connection nil)
(defvar localcopilot--ready nil "Whether the child answered `initialize'.")
(defvar localcopilot--started 0)
(defvar localcopilot--wait localcopilot--first-wait)
(defvar localcopilot--restart nil "The timer that starts the child again.")
(defvar localcopilot--status '(:kind "Normal"))
(defvar localcopilot--progress nil "Work that goes on: token to the last value.")

(defun localcopilot--start ()
  "Start the child process, unless it runs or is about to."
  (unless (or localcopilot--connection localcopilot--restart)
    (if (not (executable-find (car localcopilot-command)))
        (localcopilot--set-status
         (list :kind "Error" :message (format "%s is not in `exec-path'.  Install it or set `localcopilot-command'; then M-x localcopilot-enable." (car localcopilot-command))))
      (let (process)
        (setq localcopilot--started (float-time)
              localcopilot--connection
              (make-instance 'localcopilot--child
                             :name "localcopilot" :events-buffer-scrollback-size 0
                             :process (lambda () (setq process (localcopilot--make-process)))
                             :notification-dispatcher #'localcopilot--notified
                             :request-dispatcher #'localcopilot--requested
                             :on-shutdown #'localcopilot--ended))
        ;; Its end is nobody's news.
        (add-function :around (process-sentinel process)
                      (lambda (sentinel &rest arguments)
                        (let ((inhibit-message t) (message-log-max nil))
                          (apply sentinel arguments)))))
      (localcopilot--request
       'initialize
       `(:processId ,(emacs-pid)
         :clientInfo (:name "Emacs" :version ,emacs-version)
         :initializationOptions (:editorInfo (:name "Emacs" :version ,emacs-version) :editorPluginInfo (:name "localcopilot.el" :version "0.1.0"))
         :capabilities (:window (:workDoneProgress t))
         :workspaceFolders [(:uri ,(localcopilot--uri-of default-directory) :name ,(file-name-nondirectory (directory-file-name default-directory)))])
       (lambda (_)
         (setq localcopilot--ready t)
         (jsonrpc-notify localcopilot--connection 'initialized (make-hash-table))
         (localcopilot--each-buffer #'localcopilot--open)
         (with-current-buffer (window-buffer)
           (when (and localcopilot-mode localcopilot--interrupted)
             (localcopilot--ask 2))))))))

(defun localcopilot--make-process ()
  "Make the child process."
  (let ((default-directory (if (file-remote-p default-directory) temporary-file-directory default-directory)))
    (make-process :name "localcopilot" :command localcopilot-command :connection-type 'pipe :noquery t
                  :coding 'utf-8-emacs-unix :stderr (get-buffer-create "*localcopilot stderr*"))))

(defun localcopilot--ended (_)
  "The child ended, with the daemon or before it: start it again."
  (let ((lived (- (float-time) localcopilot--started)) (was-ready localcopilot--ready))
    (setq localcopilot--connection nil localcopilot--ready nil localcopilot--progress nil)
    (localcopilot--each-buffer (lambda ()
                                 (setq localcopilot--interrupted (or localcopilot--shown localcopilot--asked))
                                 (localcopilot--dismiss)
                                 (setq localcopilot--uri nil)))
    (setq localcopilot--wait (if (> lived localcopilot--good-life) localcopilot--first-wait
                               (min (* 2 localcopilot--wait) localcopilot--longest-wait))
          localcopilot--restart (run-at-time localcopilot--wait nil
                                             (lambda ()
                                               (setq localcopilot--restart nil)
                                               (when (localcopilot--each-buffer #'ignore)
                                                 (localcopilot--start)))))
    (unless was-ready
      (run-at-time 0 nil #'localcopilot--set-status (list :kind "Error" :message (localcopilot--last-error))))))

(defun localcopilot--last-error ()
  "What the child said last on its standard error."
  (if-let ((buffer (get-buffer " *localcopilot stderr*")))
      (with-current-buffer buffer
        (or (car (last (split-string (buffer-string) "\n" t))) "localcopilot lsp ended at once."))
    "localcopilot lsp ended at once."))

(defun localcopilot--request (method params success &optional failure)
  "Send METHOD with PARAMS; call SUCCESS with the result or FAILURE with the error."
  (jsonrpc-async-request localcopilot--connection method params :success-fn success :error-fn (or failure #'ignore) :timeout nil))

(defun localcopilot--notify (method params)
  "Send METHOD with PARAMS, where somebody listens."
  (when localcopilot--ready
    (jsonrpc-notify localcopilot--connection method params)))

(defun localcopilot--requested (_connection method _params)
  "Answer the daemon's request METHOD."
  (unless (eq method 'window/workDoneProgress/create)
    (jsonrpc-error :code -32601 :message (format "There is no %s." method))))

(defun localcopilot--notified (_connection method params)
  "Take notice of METHOD with PARAMS."
  (pcase method
    ('didChangeStatus (localcopilot--set-status params))
    ('$/progress
     (let ((token (plist-get params :token)) (value (plist-get params :value)))
       (if (equal (plist-get value :kind) "end")
           (setq localcopilot--progress (assoc-delete-all token localcopilot--progress))
         (let ((known (copy-sequence (cdr (assoc token localcopilot--progress)))))
           (cl-loop for (key part) on value by #'cddr do (setq known (plist-put known key part)))
           (setf (alist-get token localcopilot--progress nil nil #'equal) known)))
       (force-mode-line-update t)))))

(defun localcopilot--set-status (status)
  "Show STATUS in the mode line, and say once what is wrong."
  (let ((before (plist-get localcopilot--status :kind)) (kind (plist-get status :kind)))
    (setq localcopilot--status status)
    (when (and (member kind '("Warning" "Error")) (not (equal kind before)))
      (message "LocalCopilot: %s" (plist-get status :message)))
    (force-mode-line-update t)))

;;;; Documents: kept the same as the buffers, line by line

(defvar-local localcopilot--version 0)
(defvar-local localcopilot--changes nil "Changes not sent yet, the last first; t: send the whole text.")
(defvar-local localcopilot--before nil "What the change to come is about: beginning, end and their lines.")
(defvar-local localcopilot--size 0 "Characters that the buffer has after all changes that were heard of.")
(defvar-local localcopilot--last-tick nil)

(defun localcopilot--each-buffer (function)
  "Call FUNCTION in each buffer that has the mode on; return whether there was one."
  (let (any)
    (dolist (buffer (buffer-list) any)
      (when (buffer-local-value 'localcopilot-mode buffer)
        (setq any t)
        (with-current-buffer buffer (funcall function))))))

(defun localcopilot--uri-of (path)
  "The file uri of PATH."
  (let ((path (expand-file-name path)))
    (concat "file://" (if (string-prefix-p "/" path) "" "/")
            (url-hexify-string (directory-file-name path) url-path-allowed-chars))))

(defun localcopilot--language ()
  "LSP's language id of this buffer."
  (let ((name (string-remove-suffix "-ts" (string-remove-suffix "-mode" (symbol-name major-mode)))))
    (pcase name
      ("c++" "cpp") ("sh" "shellscript") ("js" "javascript") ("fundamental" "plaintext") ("text" "plaintext") (_ name))))

(defun localcopilot--open ()
  "Have the daemon know this buffer."
  (when (and localcopilot--ready (not localcopilot--uri) (< (buffer-size) localcopilot-max-buffer-size))
    (setq localcopilot--uri (if buffer-file-name (localcopilot--uri-of buffer-file-name)
                              (format "untitled:%s-%s" (emacs-pid) (url-hexify-string (buffer-name))))
          localcopilot--version 1 localcopilot--changes nil localcopilot--before nil localcopilot--size (buffer-size))
    (localcopilot--notify 'textDocument/didOpen
                          `(:textDocument (:uri ,localcopilot--uri :languageId ,(localcopilot--language) :version 1
                                           :text ,(save-restriction (widen) (localcopilot--text (point-min) (point-max))))))))

(defun localcopilot--close ()
  "Have the daemon forget this buffer."
  (when localcopilot--uri
    (localcopilot--notify 'textDocument/didClose `(:textDocument (:uri ,localcopilot--uri)))
    (setq localcopilot--uri nil)))

(defun localcopilot--saved ()
  "Tell of a save; under another name it is another document."
  (when localcopilot--uri
    (if (equal localcopilot--uri (localcopilot--uri-of buffer-file-name))
        (progn (localcopilot--flush)
               (localcopilot--notify 'textDocument/didSave `(:textDocument (:uri ,localcopilot--uri))))
      (localcopilot--close)
      (localcopilot--open))))

(defconst localcopilot--line-end 2147483647 "LSP: a character past a line's end is its end.")

(defun localcopilot--before-change (beg end)
  "Remember the lines of BEG and END."
  (save-restriction
    (widen)
    (setq localcopilot--before (list beg end (line-number-at-pos beg) (line-number-at-pos end)))))

(defun localcopilot--after-change (beg end length)
  "Note that LENGTH characters at BEG became the text up to END.
Whole lines are replaced.  Where the hooks contradict each other, the whole text is sent."
  (pcase-let ((`(,before-beg ,before-end ,first ,last) localcopilot--before))
    (cl-incf localcopilot--size (- end beg length))
    (setq localcopilot--before nil)
    (unless (eq localcopilot--changes t)
      (if (and (eql beg before-beg) (eql (+ beg length) before-end) (length< localcopilot--changes 1000))
          (save-restriction
            (widen)
            (push `(:range (:start (:line ,(1- first) :character 0) :end (:line ,(1- last) :character ,localcopilot--line-end))
                    :text ,(save-excursion
                             (localcopilot--text (progn (goto-char beg) (line-beginning-position)) (progn (goto-char end) (line-end-position)))))
                  localcopilot--changes))
        (setq localcopilot--changes t)))))

(defun localcopilot--flush ()
  "Send the changes that were not sent yet."
  (when localcopilot--uri
    (unless (eql localcopilot--size (buffer-size))
      (setq localcopilot--changes t localcopilot--size (buffer-size)))
    (when localcopilot--changes
      (localcopilot--notify
       'textDocument/didChange
       `(:textDocument (:uri ,localcopilot--uri :version ,(cl-incf localcopilot--version))
         :contentChanges ,(if (listp localcopilot--changes) (vconcat (nreverse localcopilot--changes))
                            `[(:text ,(save-restriction (widen) (localcopilot--text (point-min) (point-max))))])))
      (setq localcopilot--changes nil))))

(defun localcopilot--text (beg end)
  "The text from BEG to END as the file has it.
A carriage return inside a line would be a line's end to others, and a raw byte is no character: a stand-in keeps all positions."
  (let ((text (buffer-substring-no-properties beg end)))
    (when (string-match-p "\r" text)
      (setq text (replace-regexp-in-string "\r\\(?:[^\n]\\|\\'\\)" (lambda (found) (concat " " (substring found 1))) text t t)))
    (when (string-match-p "[\ud800-\udfff\x3fff80-\x3fffff]" text)
      (setq text (replace-regexp-in-string "[\ud800-\udfff\x3fff80-\x3fffff]" "?" text t t)))
    (if (localcopilot--dos-p) (string-replace "\n" "\r\n" (string-replace "\r" " " text)) text)))

(defun localcopilot--dos-p ()
  "Whether lines of this buffer's file end with CR LF."
  (eql 1 (coding-system-eol-type (or buffer-file-coding-system 'undecided-unix))))

(defun localcopilot--units (text)
  "UTF-16 units of TEXT."
  (+ (length text) (cl-count-if (lambda (character) (<= #x10000 character #x10ffff)) text)))

(defun localcopilot--position ()
  "Point as LSP has it."
  (save-restriction
    (widen)
    `(:line ,(1- (line-number-at-pos)) :character ,(localcopilot--units (buffer-substring-no-properties (line-beginning-position) (point))))))

;;;; The suggestion: asked for at each change, shown, kept while it is typed, accepted

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

(defun localcopilot--pieces (text beg end)
  "Pieces of TEXT to be shown, each with its place between BEG and END.
What stands there already, such as a bracket that TEXT closes too, is not shown a second time."
  (let (pieces (piece ""))
    (seq-doseq (character text)
      (if (and (< beg end) (eql character (char-after beg)))
          (progn (push (cons beg piece) pieces)
                 (setq piece "")
                 (cl-incf beg))
        (setq piece (concat piece (string character)))))
    (push (cons beg piece) pieces)
    (nreverse (cl-delete "" pieces :key #'cdr :test #'equal))))

(defun localcopilot--show (item text end)
  "Show TEXT, the rest of ITEM, at point, where it takes the place of what is up to END."
  (mapc #'delete-overlay localcopilot--overlays)
  (setq localcopilot--overlays nil)
  (let ((pieces (localcopilot--pieces text (point) end)))
    (pcase-dolist (`(,at . ,piece) pieces)
      (let ((overlay (make-overlay at at)))
        (setq piece (propertize piece 'face 'localcopilot-suggestion))
        (when (eql at (point))
          ;; The cursor stays where it is; on a line's end it cannot be, so that a blank is put before.
          (when (string-prefix-p "\n" piece)
            (setq piece (concat " " piece)))
          (put-text-property 0 1 'cursor t piece))
        (overlay-put overlay 'after-string piece)
        (push overlay localcopilot--overlays)))
    (setq localcopilot--shown
          (and pieces (list :item item :text text :end end :point (point) :tick (buffer-chars-modified-tick) :size (buffer-size))))
    (let ((id (plist-get (plist-get item :command) :arguments)))
      (when (and pieces (not (equal id localcopilot--reported)))
        (setq localcopilot--reported id)
        (localcopilot--notify 'textDocument/didShowCompletion `(:item ,item))))))

(defun localcopilot--hide ()
  "Show nothing."
  (mapc #'delete-overlay localcopilot--overlays)
  (setq localcopilot--overlays nil localcopilot--shown nil))

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

;;;; Modes and commands

(defun localcopilot--lighter ()
  "What the mode line says."
  (if-let ((progress (cdar localcopilot--progress)))
      (format " LC[%s]" (localcopilot--describe progress))
    (concat " LC" (pcase (plist-get localcopilot--status :kind)
                    ("Normal" (if (eq t (plist-get localcopilot--status :busy)) "…" ""))
                    ("Inactive" "-") ("Warning" "!") ("Error" "!!")))))

(defun localcopilot--describe (progress)
  "PROGRESS in words."
  (string-join (delq nil (list (plist-get progress :title)
                               (and (plist-get progress :percentage) (format "%s%%%%" (plist-get progress :percentage)))
                               (plist-get progress :message)))
               " "))

;;;###autoload
(define-minor-mode localcopilot-mode
  "Show what LocalCopilot suggests in this buffer."
  :lighter (:eval (localcopilot--lighter))
  (pcase-dolist (`(,hook . ,function)
                 '((before-change-functions . localcopilot--before-change) (after-change-functions . localcopilot--after-change)
                   (post-command-hook . localcopilot--after-command) (after-save-hook . localcopilot--saved)
                   (after-revert-hook . localcopilot--reopen) (kill-buffer-hook . localcopilot--close)
                   (change-major-mode-hook . localcopilot--close)))
    (if localcopilot-mode (add-hook hook function nil t) (remove-hook hook function t)))
  (setq localcopilot--last-tick (buffer-chars-modified-tick) localcopilot--last-point (point))
  (if localcopilot-mode
      (progn (localcopilot--start) (localcopilot--open))
    (localcopilot--dismiss)
    (localcopilot--close)))

(defun localcopilot--reopen ()
  "The text is another one."
  (localcopilot--close)
  (localcopilot--open))

(defun localcopilot--turn-on ()
  "Turn the mode on where code or text of a local file is written."
  (when (and (not (minibufferp)) (not buffer-read-only) enable-multibyte-characters
             (if buffer-file-name (not (file-remote-p buffer-file-name)) (derived-mode-p 'prog-mode)))
    (localcopilot-mode 1)))

;;;###autoload
(define-globalized-minor-mode global-localcopilot-mode localcopilot-mode localcopilot--turn-on)

(defun localcopilot-enable ()
  "Suggest something wherever code is written."
  (interactive)
  (global-localcopilot-mode 1)
  (localcopilot--start))

(defun localcopilot-disable ()
  "Suggest nothing anywhere."
  (interactive)
  (global-localcopilot-mode -1))

(defun localcopilot--ask-daemon (method params success)
  "Send METHOD with PARAMS; call SUCCESS with the result, or say what is wrong."
  (if localcopilot--ready
      (localcopilot--request method params success (lambda (error) (message "LocalCopilot: %s" (plist-get error :message))))
    (message "LocalCopilot: %s" (or (plist-get localcopilot--status :message) "it does not run.  M-x localcopilot-enable starts it."))))

(defun localcopilot-status ()
  "Say how the daemon is, which model it serves, and what it knows of this repository."
  (interactive)
  (localcopilot--ask-daemon
   'localCopilot/status (if buffer-file-name `(:repository ,(localcopilot--uri-of buffer-file-name)) (make-hash-table))
   (lambda (result)
     (pcase-let (((map :daemon :model :repository) result) ((map :kind :message) localcopilot--status))
       (message "LocalCopilot %s: %s; model %s, %s%s" (plist-get daemon :version)
                (cond ((not (string-empty-p (or message ""))) message) ((equal kind "Normal") "works") (t kind))
                (plist-get model :id) (plist-get model :state)
                (if repository
                    (format "; %s: %s, %s, %s new samples of %s" (file-name-nondirectory (plist-get repository :root)) (plist-get repository :state)
                            (if-let ((adapter (plist-get repository :adapter))) (concat "adapter " (plist-get adapter :id)) "no adapter")
                            (plist-get repository :newSamples) (plist-get repository :samplesNeeded))
                  ""))))))

(defun localcopilot-adapt ()
  "Train an adapter on this file's repository; it is used if it was measured to be better."
  (interactive)
  (unless buffer-file-name
    (user-error "Visit a file of the repository that is to be learned"))
  (let ((token (format "adapt-%s-%s" (emacs-pid) (float-time))))
    (message "LocalCopilot: adapting to this repository; it goes on in the background")
    (localcopilot--ask-daemon
     'localCopilot/adapt `(:repository ,(localcopilot--uri-of buffer-file-name) :workDoneToken ,token)
     (lambda (result)
       (message "LocalCopilot: adaptation %s: %s" (plist-get result :outcome) (plist-get result :reason))))))

(defun localcopilot-log ()
  "Show the daemon's log, or what the child process said where there is none."
  (interactive)
  (localcopilot--ask-daemon
   'localCopilot/status (make-hash-table)
   (lambda (result)
     (let ((file (plist-get (plist-get result :daemon) :logFile)))
       (if (and file (file-readable-p file)) (view-file-other-window file)
         (display-buffer (get-buffer-create " *localcopilot stderr*")))))))

(provide 'localcopilot)
;;; localcopilot.el ends here
