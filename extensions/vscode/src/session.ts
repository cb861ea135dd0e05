import { setTimeout as delay } from 'node:timers/promises';
import { commands, EventEmitter, workspace, type Disposable, type LogOutputChannel } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { Client } from './client.js';
import { findExecutable } from './executable.js';

const firstDelayMs = 100;
const longestDelayMs = 30_000;

/** A session that lived for as long was a good one: the next delay is the first again. */
const goodAfterMs = 10_000;

export type SessionState =
  | { kind: 'off' }
  | { kind: 'starting' }
  | { kind: 'ready'; client: Client }
  | { kind: 'lost'; attempts: number; reason: string }
  | { kind: 'missing'; searched: string[] };

/** Keeps one `localcopilot lsp` running while LocalCopilot is on, and starts the next one, quietly and ever more slowly, when one ends. */
export class Session implements Disposable {
  private readonly changed = new EventEmitter<SessionState>();
  private readonly created = new EventEmitter<Client>();
  private readonly subscriptions: Disposable[] = [this.changed, this.created];
  private abort: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();

  readonly onDidChange = this.changed.event;

  /** Fired before a client starts, so that nothing is missed of what it is sent. */
  readonly onDidCreate = this.created.event;

  state: SessionState = { kind: 'off' };

  constructor(
    private readonly log: LogOutputChannel,
    private readonly middleware: Middleware,
    private readonly extensionVersion: string,
  ) {
    this.subscriptions.push(
      workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('localCopilot.executable')) {
          this.restart();
        } else if (event.affectsConfiguration('localCopilot.enabled') && isOn() !== (this.state.kind !== 'off')) {
          this.restart();
        }
      }),
    );
  }

  get client(): Client | undefined {
    return this.state.kind === 'ready' ? this.state.client : undefined;
  }

  restart(): void {
    const before = this.abort;
    const abort = (this.abort = new AbortController());
    before?.abort();
    this.running = this.running
      .then(() => (isOn() && !abort.signal.aborted ? this.run(abort.signal) : this.set({ kind: 'off' })))
      .catch(error => this.log.error(`LocalCopilot's session ended: ${error}`));
  }

  async end(): Promise<void> {
    this.abort?.abort();
    await this.running;
  }

  dispose(): void {
    this.subscriptions.forEach(one => one.dispose());
  }

  private async run(signal: AbortSignal): Promise<void> {
    let attempts = 0;
    while (!signal.aborted) {
      const executable = await findExecutable();
      if (executable.path === undefined) {
        this.log.warn(`The executable was not found: ${executable.searched.join(', ')}`);
        this.set({ kind: 'missing', searched: executable.searched });
        return;
      }

      const startedAt = Date.now();
      const reason = await this.runOnce(executable.path, attempts, signal);
      attempts = Date.now() - startedAt > goodAfterMs ? 1 : attempts + 1;
      if (!signal.aborted) {
        this.set({ kind: 'lost', attempts, reason });
        await delay(Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs), undefined, { signal }).catch(() => {});
      }
    }
  }

  /** @returns Why it ended. */
  private async runOnce(executable: string, attempts: number, signal: AbortSignal): Promise<string> {
    const client = new Client(executable, this.log, this.middleware, this.extensionVersion);
    try {
      if (attempts === 0) {
        this.set({ kind: 'starting' });
      }

      this.created.fire(client);
      await client.start();
      this.set({ kind: 'ready', client });
      await Promise.race([client.closed, aborted(signal)]);
      return client.lastWords || 'The connection to the daemon is closed.';
    } catch (error) {
      return client.lastWords || String(error);
    } finally {
      await client.dispose().catch(() => {});
    }
  }

  private set(state: SessionState): void {
    this.state = state;
    void commands.executeCommand('setContext', 'localCopilot.state', state.kind);
    this.changed.fire(state);
  }
}

function isOn(): boolean {
  return workspace.getConfiguration('localCopilot').get('enabled', true);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}
