import { window, type ExtensionContext } from 'vscode';
import { offerToLocate, registerCommands } from './commands.js';
import { Report } from './report.js';
import { Session } from './session.js';
import { DaemonStatus } from './status.js';
import { StatusBar } from './statusBar.js';
import { Suggestions } from './suggestions.js';

let session: Session | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('LocalCopilot', { log: true });
  const suggestions = new Suggestions();
  session = new Session(log, suggestions, String(context.extension.packageJSON.version));
  suggestions.session = session;
  const status = new DaemonStatus(session);
  const statusBar = new StatusBar();
  const report = new Report();
  context.subscriptions.push(
    log,
    suggestions,
    session,
    status,
    statusBar,
    report,
    status.onDidChange(known => statusBar.show(known)),
    session.onDidChange(state => state.kind === 'missing' && void offerToLocate(state.searched)),
    ...registerCommands(session, status, report, log),
  );
  session.restart();
}

/** The editor waits for this: the child process ends before the window does. */
export async function deactivate(): Promise<void> {
  await session?.end();
}
