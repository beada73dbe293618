import { type ApiError, toApiError } from "../api/problem";

/** How far a change of many things is. */
export interface BulkState {
  total: number;
  done: number;
  failed: readonly BulkFailure[];
}

export interface BulkFailure {
  name: string;
  error: ApiError;
}

/** So many requests are under way at once. */
const AT_ONCE = 6;
/** A key that asks too much is made to wait; this often it tries again. */
const MOST_WAITS = 8;

function pause(length: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, length));
}

async function patiently(
  run: () => Promise<unknown>,
  wait: (length: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run();
      return;
    } catch (error) {
      if (toApiError(error).status !== 429 || attempt > MOST_WAITS) throw error;
      await wait(250 * 2 ** Math.min(attempt, 5));
    }
  }
}

/** Does the same to each of many names, a few at once; what fails is told by name and stops nothing. */
export async function runEach(
  names: readonly string[],
  change: (name: string) => Promise<unknown>,
  onState: (state: BulkState) => void,
  wait: (length: number) => Promise<void> = pause,
): Promise<BulkState> {
  let state: BulkState = { total: names.length, done: 0, failed: [] };
  onState(state);
  const left = [...names];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const current = name;
      let failed = state.failed;
      try {
        await patiently(() => change(current), wait);
        failed = state.failed;
      } catch (error) {
        failed = [...state.failed, { name: current, error: toApiError(error) }];
      }
      state = { ...state, done: state.done + 1, failed };
      onState(state);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return state;
}
