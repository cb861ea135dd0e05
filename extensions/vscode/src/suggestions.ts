import { commands, window, workspace, type Disposable, type InlineCompletionItem, type Position, type TextDocument, type TextDocumentChangeEvent } from 'vscode';
import { ExecuteCommandRequest, type Middleware } from 'vscode-languageclient/node';
import { AcceptedCommand, DidPartiallyAcceptNotification, DidShowNotification, type ShownItem } from './protocol.js';
import type { Session } from './session.js';

/** What stands there for less is not seen. */
const seenAfterMs = 100;

/** Brackets and quotes that the editor closes by itself: typing the first inserts both. */
const autoClosed = new Set(['()', '[]', '{}', '""', "''", '``', '<>']);

interface Offered {
  id: string;
  item: ShownItem;
  document: TextDocument;
  version: number;
  position: Position;
  /** UTF-16 units of the whole suggestion; what is left of one that was typed through has its id. */
  wholeLength: number;
  isReported: boolean;
}

/** Passes suggestions on, and tells the daemon what became of them, as far as the editor lets an extension see it. */
export class Suggestions implements Middleware, Disposable {
  private readonly subscriptions: Disposable[];
  private offered: Offered | undefined;
  session: Session | undefined;

  constructor() {
    this.subscriptions = [
      // The command is this extension's, and not the server's, so that it exists also while there is no server.
      commands.registerCommand('localCopilot.reportAcceptance', (id: string) => this.accepted(id)),
      workspace.onDidChangeTextDocument(event => this.documentChanged(event)),
    ];
  }

  provideInlineCompletionItems: NonNullable<Middleware['provideInlineCompletionItems']> = async (document, position, context, token, next) => {
    if (!workspace.getConfiguration('localCopilot', document).get('enabled', true)) {
      return undefined;
    }

    const version = document.version;
    // A request that failed is in the log: the client wrote it there.
    const result = await Promise.resolve(next(document, position, context, token)).catch(() => undefined);
    const items = Array.isArray(result) ? result : (result?.items ?? []);
    if (token.isCancellationRequested || items.length === 0) {
      return undefined;
    }

    this.offer(items[0]!, document, version, position);
    for (const item of items) {
      if (item.command) {
        item.command = { ...item.command, command: 'localCopilot.reportAcceptance' };
      }
    }

    return items;
  };

  dispose(): void {
    this.subscriptions.forEach(one => one.dispose());
  }

  private offer(item: InlineCompletionItem, document: TextDocument, version: number, position: Position): void {
    const id: unknown = item.command?.arguments?.[0];
    if (item.command?.command !== AcceptedCommand || typeof id !== 'string' || typeof item.insertText !== 'string') {
      return;
    }

    const before = this.offered?.id === id ? this.offered : undefined;
    const offered: Offered = {
      id,
      item: { insertText: item.insertText, ...(item.range && { range: { start: item.range.start, end: item.range.end } }), command: { title: item.command.title, command: AcceptedCommand, arguments: [id] } },
      document,
      version,
      position,
      wholeLength: Math.max(before?.wholeLength ?? 0, item.insertText.length),
      isReported: before?.isReported ?? false,
    };
    this.offered = offered;
    if (!offered.isReported) {
      setTimeout(() => {
        const editor = window.activeTextEditor;
        if (this.offered === offered && editor?.document === document && document.version === version && editor.selection.active.isEqual(position)) {
          this.reportShown(offered);
        }
      }, seenAfterMs);
    }
  }

  private documentChanged(event: TextDocumentChangeEvent): void {
    const offered = this.offered;
    // Undoing and redoing put back what was reported when it was done.
    if (offered?.document !== event.document || event.document.version !== offered.version + 1 || event.reason !== undefined) {
      return;
    }

    const change = event.contentChanges.find(one => one.range.start.isEqual(offered.position));
    const text = change?.text ?? '';
    const isPart = text.length > 1 && text.length < offered.item.insertText.length && offered.item.insertText.startsWith(text);
    if (isPart && !autoClosed.has(text)) {
      this.reportShown(offered);
      const acceptedLength = offered.wholeLength - offered.item.insertText.length + text.length;
      void this.session?.client?.sendNotification(DidPartiallyAcceptNotification, { item: offered.item, acceptedLength });
    }
  }

  private async accepted(id: string): Promise<void> {
    if (this.offered?.id === id) {
      this.reportShown(this.offered);
    }

    void commands.executeCommand('setContext', 'localCopilot.accepted', true);
    // A client that is gone by now has written so into the log; the text is accepted all the same.
    await this.session?.client?.sendRequest(ExecuteCommandRequest.type, { command: AcceptedCommand, arguments: [id] }).catch(() => {});
  }

  private reportShown(offered: Offered): void {
    if (!offered.isReported) {
      offered.isReported = true;
      void this.session?.client?.sendNotification(DidShowNotification, { item: offered.item });
    }
  }
}
