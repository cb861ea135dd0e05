;;; localcopilot-ghost.el --- LocalCopilot's ghost text  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Draws text that is suggested and not there.

;;; Code:

(require 'cl-lib)
(require 'seq)

(defface localcopilot-suggestion '((t :inherit shadow))
  "What is suggested and not accepted."
  :group 'localcopilot)

(defvar-local localcopilot--overlays nil)

(defun localcopilot--draw (text end)
  "Draw TEXT at point, where it takes the place of what is up to END; return whether anything of it is to be seen."
  (localcopilot--erase)
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
    (and pieces t)))

(defun localcopilot--erase ()
  "Draw nothing."
  (mapc #'delete-overlay localcopilot--overlays)
  (setq localcopilot--overlays nil))

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

(provide 'localcopilot-ghost)
;;; localcopilot-ghost.el ends here
