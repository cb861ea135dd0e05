import { createInterface } from 'node:readline';
import { env, version, type LogOutputChannel } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, TransportKind, type Middleware } from 'vscode-languageclient/node';

/**
 * One run of `localcopilot lsp`. It is never restarted: another one takes its place (see Session), so that nothing is left of a broken one.
 */
export class Client extends LanguageClient {
  /** Settles when the connection is gone, however that came about. */
  readonly closed: Promise<void>;

  /** What the process said last on standard error: why it ended. */
  lastWords = '';

  constructor(executable: string, log: LogOutputChannel, middleware: Middleware, extensionVersion: string) {
    let close: () => void = () => {};
    const closed = new Promise<void>(resolve => (close = resolve));
    super(
      'localCopilot',
      'LocalCopilot',
      { command: executable, args: ['lsp'], transport: TransportKind.stdio },
      {
        documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
        outputChannel: log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: {
          editorInfo: { name: env.appName, version },
          editorPluginInfo: { name: 'localcopilot-vscode', version: extensionVersion },
        },
        initializationFailedHandler: () => false,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => {
            close();
            return { action: CloseAction.DoNotRestart, handled: true, message: 'The connection to the daemon is closed.' };
          },
        },
        stdioOptions: {
          stdout: () => {},
          stderr: input => createInterface({ input }).on('line', line => this.heard(line)),
        },
        middleware,
      },
    );
    this.closed = closed;
  }

  /** No dialogs: a daemon that is gone is started again, and the status bar says what cannot be helped. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  private heard(line: string): void {
    this.lastWords = line.trim() || this.lastWords;
    this.outputChannel.info(line);
  }
}
