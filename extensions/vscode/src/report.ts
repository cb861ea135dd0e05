import { commands, EventEmitter, Uri, workspace, type Disposable, type TextDocumentContentProvider } from 'vscode';
import { ResponseError } from 'vscode-languageclient/node';
import type { Client } from './client.js';
import { AdaptersRequest, MethodNotFound, StatisticsRequest, StatusRequest, type Adapter, type Figures, type Statistics, type Status } from './protocol.js';

const uri = Uri.parse('localcopilot-report:LocalCopilot.md');

/** What the daemon has measured, as a Markdown preview. */
export class Report implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(uri.scheme, this);
  private text = '';

  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(): string {
    return this.text;
  }

  async show(client: Client, repository: string | undefined): Promise<void> {
    const about = repository ? { repository } : {};
    const [status, statistics, adapters] = await Promise.all([
      client.sendRequest(StatusRequest, about),
      client.sendRequest(StatisticsRequest, about).catch(unlessUnknown),
      repository ? client.sendRequest(AdaptersRequest, about).catch(unlessUnknown) : undefined,
    ]);
    this.text = write(status, statistics, adapters);
    this.changed.fire(uri);
    await commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

/** A daemon that does not measure this yet. */
function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof ResponseError && error.code === MethodNotFound)) {
    throw error;
  }
}

function write(status: Status, statistics: Statistics | undefined, adapters: Adapter[] | undefined): string {
  const { daemon, model, engine, completions, repository } = status;
  return [
    '# LocalCopilot',
    table(['', ''], [
      ['Model', `${model.id}${model.parameters ? `, ${(model.parameters / 1e6).toFixed(1)} M parameters` : ''}, ${model.state}`],
      ['Device', `${engine.device ?? 'not known before the model is loaded'}, ${engine.threads} threads`],
      ['Daemon', `${daemon.version}, process ${daemon.processId}, ${Math.round(daemon.residentBytes / 1e6)} MB, ${daemon.sessions} editor${daemon.sessions === 1 ? '' : 's'}`],
      ...(completions ? [['Since it started', `${completions.computed} computed, ${completions.typedThrough} typed through, ${completions.cancelled} cancelled`]] : []),
    ]),
    ...(repository
      ? [
          '## Repository',
          table(['', ''], [
            ['Folder', repository.root],
            ['State', `${repository.state}${repository.reason ? `: ${repository.reason}` : ''}`],
            ['Samples', `${repository.newSamples} new, ${repository.samplesNeeded} needed`],
            ['Active adapter', repository.adapter?.id ?? 'none'],
          ]),
        ]
      : []),
    ...(adapters?.length ? ['## Adapters', 'Measured on commits that it had not seen: the share of lines that were written exactly as suggested.', adapterTable(adapters)] : []),
    ...(statistics ? ['## Suggestions', figuresTable('', { 'in all': statistics.total })] : []),
    ...(statistics?.byLanguage ? ['### By language', figuresTable('Language', statistics.byLanguage)] : []),
    ...(statistics?.byDay ? ['### By day', figuresTable('Day', statistics.byDay)] : []),
    ...(statistics?.byAdapter ? ['### By adapter', figuresTable('Adapter', statistics.byAdapter)] : []),
  ].join('\n\n');
}

function adapterTable(adapters: Adapter[]): string {
  return table(
    ['Adapter', 'State', 'Made', 'Through', 'Items', 'Base', 'Adapter'],
    adapters.map(({ id, state, createdAt, trainedThrough, evaluation }) => [
      id.slice(0, 8),
      state,
      new Date(createdAt).toLocaleString(),
      trainedThrough.slice(0, 8),
      String(evaluation?.items ?? ''),
      evaluation ? percent(evaluation.base.exactMatch) : '',
      evaluation ? percent(evaluation.candidate.exactMatch) : '',
    ]),
  );
}

function figuresTable(name: string, rows: Record<string, Figures>): string {
  return table(
    [name, 'Shown', 'Accepted', 'In part', 'Characters kept', 'Acceptance', 'Median', '95 %'],
    Object.entries(rows).map(([key, one]) => [
      key,
      String(one.shown),
      String(one.accepted),
      String(one.partiallyAccepted),
      String(one.charactersKept),
      one.acceptanceRate === undefined ? '' : percent(one.acceptanceRate),
      one.latency ? `${Math.round(one.latency.medianMs)} ms` : '',
      one.latency ? `${Math.round(one.latency.p95Ms)} ms` : '',
    ]),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`).join('\n');
}
