;;; localcopilot-document.el --- Buffers as LocalCopilot's daemon knows them  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Keeps the daemon's documents the same as the buffers, line by line.

;;; Code:

(require 'cl-lib)
(require 'localcopilot-server)

(defcustom localcopilot-max-buffer-size 4000000
  "Buffers with more characters are left alone."
  :type 'integer
  :group 'localcopilot)

(defvar localcopilot-mode)
(defvar-local localcopilot--uri nil "The uri under which the daemon knows this buffer, nil where it does not.")
(defvar-local localcopilot--version 0)
(defvar-local localcopilot--changes nil "Changes not sent yet, the last first; t: send the whole text.")
(defvar-local localcopilot--before nil "What the change to come is about: beginning, end and their lines.")
(defvar-local localcopilot--size 0 "Characters that the buffer has after all changes that were heard of.")

(defun localcopilot--each-buffer (function)
  "Call FUNCTION in each buffer that has the mode on; return whether there was one."
  (let (any)
    (dolist (buffer (buffer-list) any)
      (when (buffer-local-value 'localcopilot-mode buffer)
        (setq any t)
        (with-current-buffer buffer (funcall function))))))

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

(defun localcopilot--reopen ()
  "The text is another one."
  (localcopilot--close)
  (localcopilot--open))

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

(provide 'localcopilot-document)
;;; localcopilot-document.el ends here
