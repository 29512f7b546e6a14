import { type Random, seededRandom } from '../../core/random.ts';
import type { EndFault, Fault, InnerFault } from './fault.ts';

/** The faults of a seed. */
export function drawFaults(seed: number, { batchMs, batches }: Reach): readonly Fault[] {
  const random = seededRandom(seed, faultStream);
  const ends = Array.from({ length: random.below(endsMax + 1) }, () => drawEnd(random, batchMs, batches));
  const inner = Array.from({ length: random.below(innerMax + 1) }, () => drawInner(random, batchMs, batches));
  return [...ends, ...inner.flatMap((fault) => drawMore(random, fault, batchMs))];
}

/** What there is for faults to happen to. */
interface Reach {
  readonly batchMs: number;
  /** In how many batches the rows are sent. */
  readonly batches: number;
}

function drawEnd(random: Random, batchMs: number, batches: number): EndFault {
  const downMs = random.below(2) === 0 ? 0 : random.below(3 * batchMs);
  switch (random.below(5)) {
    case 0:
    case 1:
      return { kind: 'kill', steps: drawSteps(random), downMs };
    case 2:
    case 3:
      return { kind: 'power loss', ...drawLoss(random), downMs, chance: random.below(2 ** 16) };
    default: {
      const afterMs = random.below(batches * batchMs);
      const [isGraceful, isSameProcess] = [random.below(2) === 0, random.below(2) === 0];
      return { kind: 'stop', isGraceful, afterMs, downMs, isSameProcess };
    }
  }
}

/** Beginnings, where most of a recovery is, come as often as all that is behind them. */
function drawSteps(random: Random): number {
  return 1 + (random.below(2) === 0 ? Math.floor(2 ** (random.next() * 8)) : random.below(stepsMax));
}

/** Where more than one name is not synced, they can be lost out of order: every other one comes just then. */
function drawLoss(random: Random): Pick<Extract<EndFault, { kind: 'power loss' }>, 'steps' | 'unsyncedMax'> {
  if (random.below(2) > 0) return { steps: drawSteps(random) };
  return { steps: 1 + random.below(2 * stepsMax), unsyncedMax: 2 };
}

function drawInner(random: Random, batchMs: number, batches: number): InnerFault {
  const tick = 1 + random.below(2 * batches);
  switch (random.below(11)) {
    case 0:
    case 1:
      return { kind: 'sink fails', call: 1 + random.below(callsMax), hasWritten: random.below(2) === 0 };
    case 2: {
      const call = 1 + random.below(callsMax);
      return random.below(2) === 0
        ? { kind: 'sink hangs', call }
        : { kind: 'sink hangs', call, ms: random.below(3 * batchMs) };
    }
    case 3:
      return { kind: 'storage fails', call: 1 + random.below(storageCallsMax) };
    case 4:
      return { kind: 'clock jumps', tick, ms: 1 + random.below(5 * batchMs) };
    case 5:
      return { kind: 'receiver ends', block: 1 + random.below(2 * batches), isThrown: random.below(2) === 0 };
    case 6:
    case 7:
      return { kind: 'source fails', call: 1 + random.below(2 * batches), isLate: random.below(2) === 0 };
    case 8:
      return { kind: 'log hangs', call: 1 + random.below(logCallsMax), ms: 1 + random.below(5 * batchMs) };
    case 9:
      return { kind: 'function throws', call: 1 + random.below(functionCallsMax) };
    default:
      return { kind: 'sockets close', tick };
  }
}

/** What has failed once may fail several times in a row; where a receiver ends, its block may be long under way. */
function drawMore(random: Random, fault: InnerFault, batchMs: number): readonly InnerFault[] {
  if (fault.kind === 'receiver ends' && random.below(2) === 0) {
    return [fault, { kind: 'log hangs', block: fault.block, ms: 1 + random.below(3 * batchMs) }];
  }
  const isRepeated = fault.kind === 'sink fails' || fault.kind === 'source fails' || fault.kind === 'function throws';
  if (!isRepeated || random.below(2) === 0) return [fault];
  const further = 1 + random.below(furtherMax);
  return Array.from({ length: 1 + further }, (_, i) => ({ ...fault, call: fault.call + i }));
}

/** What is drawn here has no influence on what else is drawn of the seed. */
const faultStream = 2;

const endsMax = 4;
const innerMax = 4;
/** About as many as a program of a few outputs takes to its end. */
const stepsMax = 600;
const callsMax = 30;
const storageCallsMax = 80;
const logCallsMax = 40;
const functionCallsMax = 60;
/** How often something fails once more, at most. */
const furtherMax = 3;
