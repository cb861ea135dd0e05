import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import type { DidChangeStatus, RepositoryStatus, Status } from './protocol.js';
import type { SessionState } from './session.js';

/** What the daemon said last of how it is. */
export interface Known {
  session: SessionState;
  change?: DidChangeStatus | undefined;
  status?: Status | undefined;
}

/** Attempts to start again that are nobody's concern. */
const quietAttempts = 3;

/** Icon and words for the state, in the order of what matters most. */
export function describe({ session, change, status }: Known): { icon: string; text: string; color?: 'error' | 'warning' } {
  const repository = status?.repository;
  switch (session.kind) {
    case 'off':
      return { icon: 'circle-slash', text: 'off' };
    case 'missing':
      return { icon: 'error', text: 'not installed', color: 'error' };
    case 'starting':
      return { icon: 'loading~spin', text: 'starting' };
    case 'lost':
      return session.attempts <= quietAttempts ? { icon: 'loading~spin', text: 'starting again' } : { icon: 'error', text: 'not running', color: 'error' };
    case 'ready':
      break;
  }

  if (change?.kind === 'Error' || status?.model.state === 'failed') {
    return { icon: 'error', text: 'no model', color: 'error' };
  }

  if (change?.kind === 'Inactive' || repository?.state === 'disabled') {
    return { icon: 'circle-slash', text: 'off here' };
  }

  if (repository?.state === 'training' && repository.progress) {
    return { icon: 'mortar-board', text: `training ${Math.floor((100 * repository.progress.step) / Math.max(1, repository.progress.steps))} %` };
  }

  if (repository?.state === 'training' || repository?.state === 'collecting' || repository?.state === 'evaluating') {
    return { icon: 'mortar-board', text: repository.state };
  }

  if (change?.busy) {
    return { icon: 'loading~spin', text: 'loading' };
  }

  return { icon: change?.kind === 'Warning' ? 'warning' : 'sparkle', text: repository?.adapter ? 'adapted' : '', ...(change?.kind === 'Warning' ? { color: 'warning' as const } : {}) };
}

export class StatusBar implements Disposable {
  private readonly item = window.createStatusBarItem('localCopilot', StatusBarAlignment.Right, 100);

  constructor() {
    this.item.name = 'LocalCopilot';
    this.item.command = 'localCopilot.showMenu';
    this.item.show();
  }

  show(known: Known): void {
    const { icon, text, color } = describe(known);
    this.item.text = `$(${icon}) LocalCopilot${text ? `: ${text}` : ''}`;
    this.item.tooltip = tooltip(known);
    this.item.backgroundColor = color && new ThemeColor(`statusBarItem.${color}Background`);
    this.item.accessibilityInformation = { label: `LocalCopilot ${text}` };
  }

  dispose(): void {
    this.item.dispose();
  }
}

function tooltip({ session, change, status }: Known): MarkdownString {
  const rows: [string, string | undefined][] = [];
  if (session.kind === 'missing') {
    rows.push(['Executable', 'not found']);
  } else if (session.kind === 'lost') {
    rows.push(['Daemon', session.reason]);
  } else if (session.kind === 'ready') {
    rows.push(['Says', change?.message]);
    if (status) {
      rows.push(['Model', `${status.model.id}${status.model.state === 'ready' ? '' : `, ${status.model.state}`}`]);
      rows.push(...repositoryRows(status.repository));
      rows.push(['Daemon', `${status.daemon.version}, ${Math.round(status.daemon.residentBytes / 1e6)} MB, process ${status.daemon.processId}`]);
    }
  }

  const markdown = new MarkdownString('**LocalCopilot**\n\n| | |\n|---|---|\n');
  for (const [name, value] of rows) {
    if (value) {
      markdown.appendMarkdown(`| ${name} | `).appendText(value.replaceAll('|', '/').replace(/\s+/g, ' ')).appendMarkdown(' |\n');
    }
  }

  return markdown;
}

function repositoryRows(repository: RepositoryStatus | undefined): [string, string | undefined][] {
  if (!repository) {
    return [];
  }

  const { adapter, progress } = repository;
  return [
    ['Adapter', adapter ? `${adapter.id.slice(0, 8)}, through ${adapter.trainedThrough.slice(0, 8)}` : 'none'],
    ['Repository', `${repository.state}${repository.reason ? `: ${repository.reason}` : ''}`],
    ['Training', progress && `step ${progress.step} of ${progress.steps}, ${Math.ceil(progress.remainingMs / 60_000)} min left`],
    ['Samples', `${repository.newSamples} new, ${repository.samplesNeeded} needed`],
  ];
}
