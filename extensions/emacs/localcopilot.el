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

(require 'map)
(require 'subr-x)
(require 'localcopilot-document)
(require 'localcopilot-server)
(require 'localcopilot-suggestion)

(defgroup localcopilot nil
  "Code completions from a local model."
  :group 'convenience
  :prefix "localcopilot-")

(add-hook 'localcopilot--ready-hook #'localcopilot--begin)
(add-hook 'localcopilot--ended-hook #'localcopilot--interrupt)
(setq localcopilot--wanted-function (lambda () (localcopilot--each-buffer #'ignore)))

(defvar localcopilot-mode)

(defun localcopilot--begin ()
  "The child is there: have the daemon know all buffers, and go on where the last child ended."
  (localcopilot--each-buffer #'localcopilot--open)
  (with-current-buffer (window-buffer)
    (when (and localcopilot-mode localcopilot--interrupted)
      (localcopilot--ask 2))))

(defun localcopilot--interrupt ()
  "The child is gone, and the daemon knows no buffer."
  (localcopilot--each-buffer (lambda ()
                               (setq localcopilot--interrupted (or localcopilot--shown localcopilot--asked))
                               (localcopilot--dismiss)
                               (setq localcopilot--uri nil))))

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
