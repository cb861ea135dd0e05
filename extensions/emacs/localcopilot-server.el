;;; localcopilot-server.el --- LocalCopilot's child process  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; `localcopilot lsp --stdio' is started, spoken to, and started again when it ends; it finds or starts the daemon.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'url-util)

(defcustom localcopilot-command '("localcopilot" "lsp" "--stdio")
  "The program that is started, with its arguments."
  :type '(repeat string)
  :group 'localcopilot)

(defvar localcopilot--ready-hook nil "Run when the child has answered `initialize'.")
(defvar localcopilot--ended-hook nil "Run when the child has ended.")
(defvar localcopilot--wanted-function #'always "Says whether a child that has ended is to be started again.")

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
         (run-hooks 'localcopilot--ready-hook))))))

(defun localcopilot--make-process ()
  "Make the child process."
  (let ((default-directory (if (file-remote-p default-directory) temporary-file-directory default-directory)))
    (make-process :name "localcopilot" :command localcopilot-command :connection-type 'pipe :noquery t
                  :coding 'utf-8-emacs-unix :stderr (get-buffer-create "*localcopilot stderr*"))))

(defun localcopilot--ended (_)
  "The child ended, with the daemon or before it: start it again."
  (let ((lived (- (float-time) localcopilot--started)) (was-ready localcopilot--ready))
    (setq localcopilot--connection nil localcopilot--ready nil localcopilot--progress nil)
    (run-hooks 'localcopilot--ended-hook)
    (setq localcopilot--wait (if (> lived localcopilot--good-life) localcopilot--first-wait
                               (min (* 2 localcopilot--wait) localcopilot--longest-wait))
          localcopilot--restart (run-at-time localcopilot--wait nil
                                             (lambda ()
                                               (setq localcopilot--restart nil)
                                               (when (funcall localcopilot--wanted-function)
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

(defun localcopilot--uri-of (path)
  "The file uri of PATH."
  (let ((path (expand-file-name path)))
    (concat "file://" (if (string-prefix-p "/" path) "" "/")
            (url-hexify-string (directory-file-name path) url-path-allowed-chars))))

(provide 'localcopilot-server)
;;; localcopilot-server.el ends here
