import { commands, ConfigurationTarget, ProgressLocation, window, workspace, type Disposable, type LogOutputChannel, type QuickPickItem } from 'vscode';
import { ResponseError, WorkDoneProgress } from 'vscode-languageclient/node';
import type { Client } from './client.js';
import { AdaptRequest, AlreadyRunning, ModelsRequest, RollbackRequest, SelectModelRequest, type AdaptationResult, type Model } from './protocol.js';
import type { Report } from './report.js';
import type { Session } from './session.js';
import { activeRepository, type DaemonStatus } from './status.js';

/** What the user can do. Each asks the daemon and shows its answer; what may be done and why not is the daemon's to say. */
export function registerCommands(session: Session, status: DaemonStatus, report: Report, log: LogOutputChannel): Disposable[] {
  const register = (name: string, run: (client: Client) => Promise<unknown>) =>
    commands.registerCommand(`localCopilot.${name}`, async () => {
      const client = session.client;
      try {
        await (client ? run(client) : window.showWarningMessage('LocalCopilot is not running.'));
      } catch (error) {
        void window.showErrorMessage(`LocalCopilot: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        void status.refresh();
      }
    });

  return [
    // `localCopilot.adapt` is the daemon's own command, which the client registers for it.
    register('adaptRepository', client => adapt(client, repositoryToAsk())),
    register('showReport', client => report.show(client, activeRepository())),
    register('chooseModel', chooseModel),
    register('rollBack', async client => {
      const { active } = await client.sendRequest(RollbackRequest, { repository: repositoryToAsk() });
      void window.showInformationMessage(active ? `LocalCopilot: the adapter ${active.id.slice(0, 8)} is active again.` : 'LocalCopilot: no adapter is active, the base model completes.');
    }),
    commands.registerCommand('localCopilot.turnOn', turnOn),
    commands.registerCommand('localCopilot.turnOffHere', () => enabled().update('enabled', false, ConfigurationTarget.Workspace)),
    commands.registerCommand('localCopilot.turnOffEverywhere', () => enabled().update('enabled', false, ConfigurationTarget.Global)),
    commands.registerCommand('localCopilot.openLog', () => log.show()),
    commands.registerCommand('localCopilot.locateExecutable', locateExecutable),
    commands.registerCommand('localCopilot.showMenu', () => showMenu(session)),
  ];
}

/** Tells that the executable is missing, once for each time that it is looked for. */
export async function offerToLocate(searched: string[]): Promise<void> {
  const choice = await window.showErrorMessage(`LocalCopilot's executable was not found in ${searched.join(' or ')}.`, 'How to Install', 'Locate…');
  if (choice === 'Locate…') {
    await locateExecutable();
  } else if (choice) {
    await commands.executeCommand('workbench.action.openWalkthrough', 'localcopilot.localcopilot#start');
  }
}

async function adapt(client: Client, repository: string, force = false): Promise<void> {
  const workDoneToken = `adapt-${Date.now()}`;
  let result: AdaptationResult | undefined;
  try {
    result = await window.withProgress({ location: ProgressLocation.Notification, title: 'LocalCopilot adapts to this repository', cancellable: true }, async (progress, token) => {
      let done = 0;
      const following = client.onProgress(WorkDoneProgress.type, workDoneToken, value => {
        const percentage = 'percentage' in value ? (value.percentage ?? done) : done;
        progress.report({ ...('message' in value && value.message ? { message: value.message } : {}), increment: Math.max(0, percentage - done) });
        done = Math.max(done, percentage);
      });
      try {
        return await client.sendRequest(AdaptRequest, { repository, force, workDoneToken }, token);
      } catch (error) {
        if (token.isCancellationRequested) {
          return undefined;
        }

        throw error;
      } finally {
        following.dispose();
      }
    });
  } catch (error) {
    if (error instanceof ResponseError && error.code === AlreadyRunning) {
      void window.showInformationMessage(`LocalCopilot: ${error.message}`);
      return;
    }

    throw error;
  }

  if (!result || result.outcome === 'cancelled') {
    void window.showInformationMessage('LocalCopilot: the adaptation is paused. The next one carries on where it was.');
    return;
  }

  const tell = result.outcome === 'failed' ? window.showErrorMessage : window.showInformationMessage;
  const choice = await tell(`LocalCopilot: ${result.reason}`, ...(result.outcome === 'notEnoughSamples' ? ['Adapt Anyway'] : ['Show Report']));
  if (choice === 'Adapt Anyway') {
    await adapt(client, repository, true);
  } else if (choice) {
    await commands.executeCommand('localCopilot.showReport');
  }
}

async function chooseModel(client: Client): Promise<void> {
  const models = await client.sendRequest(ModelsRequest, {});
  const choice = await window.showQuickPick<QuickPickItem & { model?: Model }>(
    [...models.map(model => ({ ...describeModel(model), model })), { label: '$(folder-opened) Open a GGUF File…', alwaysShow: true }],
    { title: 'LocalCopilot: model for all editors', placeHolder: 'Models on this machine', matchOnDescription: true, matchOnDetail: true },
  );
  if (!choice) {
    return;
  }

  const file = choice.model ? undefined : (await window.showOpenDialog({ filters: { GGUF: ['gguf'] }, title: 'Model of LocalCopilot' }))?.[0];
  if (choice.model || file) {
    const selected = await client.sendRequest(SelectModelRequest, choice.model ? { id: choice.model.id } : { path: file!.fsPath });
    void window.setStatusBarMessage(`LocalCopilot completes with ${selected.id} now`, 5000);
  }
}

function describeModel(model: Model): QuickPickItem {
  const size = model.parameters ? `${(model.parameters / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} M parameters` : '';
  const memory = `${Math.round((model.servingBytes ?? model.bytes) / 1e6)} MB`;
  const abilities = [model.canFillInMiddle ? 'fills in the middle' : 'completes from what is before the cursor', model.canTrain ? 'can learn' : 'cannot learn'];
  return {
    label: `$(${model.selected ? 'check' : model.canComplete === false ? 'circle-slash' : 'blank'}) ${model.id}`,
    description: [model.source, size, memory].filter(Boolean).join(' · '),
    detail: model.reason ?? abilities.join(', '),
  };
}

async function locateExecutable(): Promise<void> {
  const file = (await window.showOpenDialog({ title: 'The localcopilot executable', openLabel: 'Use' }))?.[0];
  if (file) {
    await enabled().update('executable', file.fsPath, ConfigurationTarget.Global);
  }
}

/** Takes back whatever turned it off. */
async function turnOn(): Promise<void> {
  const set = enabled().inspect<boolean>('enabled');
  for (const [value, target] of [[set?.workspaceValue, ConfigurationTarget.Workspace], [set?.globalValue, ConfigurationTarget.Global]] as const) {
    if (value === false) {
      await enabled().update('enabled', undefined, target);
    }
  }
}

async function showMenu(session: Session): Promise<void> {
  if (session.state.kind === 'missing') {
    await offerToLocate(session.state.searched);
    return;
  }

  const isOff = session.state.kind === 'off';
  const entries = [
    ...(session.client
      ? [['mortar-board', 'Adapt to This Repository', 'adaptRepository'], ['graph', 'Show Report', 'showReport'], ['symbol-misc', 'Choose Model', 'chooseModel'], ['discard', 'Roll Back Adapter', 'rollBack']]
      : []),
    ...(isOff ? [['play', 'Turn On', 'turnOn']] : [['circle-slash', 'Turn Off in This Workspace', 'turnOffHere'], ['circle-slash', 'Turn Off Everywhere', 'turnOffEverywhere']]),
    ['output', 'Open Log', 'openLog'],
  ] as const;
  const choice = await window.showQuickPick(entries.map(([icon, title, command]) => ({ label: `$(${icon}) ${title}`, command })), { title: 'LocalCopilot' });
  if (choice) {
    await commands.executeCommand(`localCopilot.${choice.command}`);
  }
}

function repositoryToAsk(): string {
  const repository = activeRepository();
  if (!repository) {
    throw new Error('Open a file or a folder of the repository first.');
  }

  return repository;
}

function enabled() {
  return workspace.getConfiguration('localCopilot');
}
