/** The part of protocol/protocol.md's `localCopilot/*` that is shown here. A field that is unknown is absent. */
import { NotificationType, RequestType, type Position } from 'vscode-languageclient/node';

export interface DidChangeStatus {
  kind: 'Normal' | 'Warning' | 'Error' | 'Inactive';
  busy: boolean;
  message: string;
}

export interface Score {
  bitsPerByte: number;
  exactMatch: number;
  editSimilarity: number;
}

export interface Evaluation {
  items: number;
  base: Score;
  active?: Score;
  candidate: Score;
}

export interface Adapter {
  id: string;
  createdAt: string;
  trainedThrough: string;
  state: 'active' | 'inactive' | 'rejected';
  evaluation?: Evaluation;
}

export interface RepositoryStatus {
  root: string;
  state: 'watching' | 'collecting' | 'training' | 'paused' | 'evaluating' | 'disabled';
  reason?: string;
  newSamples: number;
  samplesNeeded: number;
  adapter?: Adapter;
  progress?: { step: number; steps: number; loss: number; tokensPerSecond: number; remainingMs: number };
}

export interface Status {
  daemon: { version: string; processId: number; residentBytes: number; sessions: number };
  model: { id: string; path: string; parameters?: number; state: 'unloaded' | 'loading' | 'ready' | 'failed'; error?: string };
  engine: { device?: string; threads: number };
  completions?: { computed: number; typedThrough: number; cancelled: number; wastedTokens: number };
  repository?: RepositoryStatus;
}

export interface AdaptationResult {
  outcome: 'activated' | 'rejected' | 'notEnoughSamples' | 'upToDate' | 'cancelled' | 'failed';
  reason: string;
  evaluation?: Evaluation;
}

export interface Model {
  id: string;
  path: string;
  source: string;
  parameters?: number;
  bytes: number;
  canComplete?: boolean;
  canFillInMiddle: boolean;
  canTrain: boolean;
  selected?: boolean;
  servingBytes?: number;
  reason?: string;
}

export interface Figures {
  shown: number;
  accepted: number;
  partiallyAccepted: number;
  charactersKept: number;
  acceptanceRate?: number;
  latency?: { medianMs: number; p95Ms: number; p99Ms: number };
}

export interface Statistics {
  total: Figures;
  byDay?: Record<string, Figures>;
  byLanguage?: Record<string, Figures>;
  byAdapter?: Record<string, Figures>;
}

export interface ShownItem {
  insertText: string;
  range?: { start: Position; end: Position };
  command: { title: string; command: string; arguments: unknown[] };
}

interface InRepository {
  repository?: string;
}

const request = <P, R>(method: string) => new RequestType<P, R, unknown>(method);

export const StatusRequest = request<InRepository, Status>('localCopilot/status');
export const AdaptRequest = request<InRepository & { force?: boolean; workDoneToken?: string }, AdaptationResult>('localCopilot/adapt');
export const RollbackRequest = request<InRepository, { active?: Adapter }>('localCopilot/adapters/rollback');
export const AdaptersRequest = request<InRepository, Adapter[]>('localCopilot/adapters/list');
export const ModelsRequest = request<object, Model[]>('localCopilot/models/list');
export const SelectModelRequest = request<{ id: string } | { path: string }, Model>('localCopilot/models/select');
export const StatisticsRequest = request<InRepository, Statistics>('localCopilot/statistics');

export const DidChangeStatusNotification = new NotificationType<DidChangeStatus>('didChangeStatus');
export const AdaptationChangedNotification = new NotificationType<RepositoryStatus>('localCopilot/adaptationChanged');
export const DidFocusNotification = new NotificationType<{ textDocument: { uri: string } }>('textDocument/didFocus');
export const DidShowNotification = new NotificationType<{ item: ShownItem }>('textDocument/didShowCompletion');
export const DidPartiallyAcceptNotification = new NotificationType<{ item: ShownItem; acceptedLength: number }>('textDocument/didPartiallyAcceptCompletion');

/** The command of a suggestion; its argument is the suggestion's id. */
export const AcceptedCommand = 'localCopilot.didAcceptCompletionItem';

/** JSON-RPC errors of LocalCopilot's own that a command tells apart. */
export const AlreadyRunning = -32012;
export const MethodNotFound = -32601;
