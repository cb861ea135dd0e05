import { EventEmitter, window, workspace, type Disposable } from 'vscode';
import type { Client } from './client.js';
import { AdaptationChangedNotification, DidChangeStatusNotification, DidFocusNotification, StatusRequest } from './protocol.js';
import type { Session } from './session.js';
import type { Known } from './statusBar.js';

/** Follows what the daemon says of itself, of its model and of the repository that is worked in. */
export class DaemonStatus implements Disposable {
  private readonly changed = new EventEmitter<Known>();
  private readonly subscriptions: Disposable[];
  private question = 0;
  private known: Known;

  readonly onDidChange = this.changed.event;

  constructor(private readonly session: Session) {
    this.known = { session: session.state };
    this.subscriptions = [
      this.changed,
      session.onDidChange(state => {
        this.set(state.kind === 'ready' ? { ...this.known, session: state } : { session: state });
        if (state.kind === 'ready') {
          this.focused();
        }
      }),
      session.onDidCreate(client => this.listen(client)),
      window.onDidChangeActiveTextEditor(() => this.focused()),
    ];
  }

  /** Asks anew; a question that a newer one overtook has no say. */
  async refresh(): Promise<void> {
    const client = this.session.client;
    const question = ++this.question;
    const repository = activeRepository();
    const status = await client?.sendRequest(StatusRequest, repository ? { repository } : {}).catch(() => undefined);
    if (status && question === this.question && client === this.session.client) {
      this.set({ ...this.known, status });
    }
  }

  dispose(): void {
    this.subscriptions.forEach(one => one.dispose());
  }

  private listen(client: Client): void {
    client.onNotification(DidChangeStatusNotification, change => {
      this.set({ ...this.known, change });
      void this.refresh();
    });
    client.onNotification(AdaptationChangedNotification, repository => {
      const status = this.known.status;
      if (status?.repository?.root === repository.root) {
        this.set({ ...this.known, status: { ...status, repository } });
      } else {
        void this.refresh();
      }
    });
  }

  private focused(): void {
    const document = window.activeTextEditor?.document;
    if (document && (document.uri.scheme === 'file' || document.uri.scheme === 'untitled')) {
      void this.session.client?.sendNotification(DidFocusNotification, { textDocument: { uri: document.uri.toString() } });
    }

    void this.refresh();
  }

  private set(known: Known): void {
    this.known = known;
    this.changed.fire(known);
  }
}

/** A place in the repository that is worked in: the active file, else the first folder. */
export function activeRepository(): string | undefined {
  const uri = window.activeTextEditor?.document.uri;
  return (uri?.scheme === 'file' ? uri : workspace.workspaceFolders?.[0]?.uri)?.toString();
}
