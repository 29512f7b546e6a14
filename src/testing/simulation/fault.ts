/**
 * What goes wrong in a simulation, as plain data: it can be printed, and given back to run the same again.
 *
 * Calls, blocks and ticks are counted from 1 over the whole simulation, whoever makes them; a tick is one move of the
 * clock, by one batch interval unless it jumps. What is never reached never happens.
 */
export type Fault = EndFault | InnerFault;

/** How a process ends. The first of them ends the first process, and so on. */
export type EndFault =
  | {
      readonly kind: 'kill';
      /** How many steps the process lives; what a step is says `testRuntime`. */
      readonly steps: number;
      /** How long nobody runs after it. */
      readonly downMs: number;
    }
  | {
      /** The machine loses its power: what was not synced is lost in part, or torn. */
      readonly kind: 'power loss';
      readonly steps: number;
      /** It comes sooner, should so many log files have been made or removed and their folder not synced since. */
      readonly unsyncedMax?: number;
      readonly downMs: number;
      /** Decides what is lost. */
      readonly chance: number;
    }
  | {
      readonly kind: 'stop';
      readonly isGraceful: boolean;
      /** How long after its start it is told to. */
      readonly afterMs: number;
      readonly downMs: number;
      /** Whether the process stays, and the program is started in it again. */
      readonly isSameProcess: boolean;
    };

/** What goes wrong while a process runs. */
export type InnerFault =
  | {
      /** An output throws in that call of any of them, before or after it has written its rows. */
      readonly kind: 'sink fails';
      readonly call: number;
      readonly hasWritten: boolean;
    }
  | {
      /** An output sleeps on the clock in that call; it never wakes without a length of time. */
      readonly kind: 'sink hangs';
      readonly call: number;
      readonly ms?: number;
    }
  | {
      /** A call of the storage fails; an append has written half of its bytes. */
      readonly kind: 'storage fails';
      readonly call: number;
    }
  | {
      /** An append to the log takes so long: that call of it. */
      readonly kind: 'log hangs';
      readonly call: number;
      readonly ms: number;
    }
  | {
      /** The first append to the log behind the moment at which a receiver stores that block takes so long. */
      readonly kind: 'log hangs';
      readonly block: number;
      readonly ms: number;
    }
  | {
      /** A source by time throws when it is asked for a batch, or later, once, when the rows of it are read. */
      readonly kind: 'source fails';
      readonly call: number;
      readonly isLate: boolean;
    }
  | {
      /** A function of the program that may throw does so, in that call of any of them. */
      readonly kind: 'function throws';
      readonly call: number;
    }
  | {
      /** The process stands still: the clock jumps at that tick. */
      readonly kind: 'clock jumps';
      readonly tick: number;
      readonly ms: number;
    }
  | {
      /** A receiver ends when it stores that block: it throws, or asks to be started again. */
      readonly kind: 'receiver ends';
      readonly block: number;
      readonly isThrown: boolean;
    }
  | {
      /** All connections break at that tick. */
      readonly kind: 'sockets close';
      readonly tick: number;
    };

/** Whether a fault is how a process ends. */
export function isEnd(fault: Fault): fault is EndFault {
  return ends.includes(fault.kind);
}

const ends: readonly Fault['kind'][] = ['kill', 'power loss', 'stop'] satisfies EndFault['kind'][];
