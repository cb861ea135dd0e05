import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { workspace } from 'vscode';

const fileName = process.platform === 'win32' ? 'localcopilot.exe' : 'localcopilot';

/** The executable to start, or where it was looked for in vain. */
export async function findExecutable(): Promise<{ path: string } | { path: undefined; searched: string[] }> {
  // Absolute paths only: what a relative one means would depend on the workspace, which is not to be trusted with it.
  const configured = workspace.getConfiguration('localCopilot').get('executable', '').trim().replace(/^~(?=[\\/])/, homedir());
  const searched = configured
    ? [configured]
    : [...(process.env.PATH ?? '').split(delimiter).filter(isAbsolute), join(homedir(), '.local', 'bin')].map(folder => join(folder, fileName));
  for (const path of searched) {
    if (isAbsolute(path) && (await isExecutable(path))) {
      return { path };
    }
  }

  return { path: undefined, searched: configured ? searched : ['PATH', join('~', '.local', 'bin')] };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
