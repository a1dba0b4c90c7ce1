import type { Worker } from "node:worker_threads";

/** How often a worker's memory is looked at, in milliseconds. */
const period = 100;
/**
 * How much more V8 may give a worker than it is allowed to use, in megabytes. When V8 itself runs into its limit within one
 * large allocation, it ends the whole process; so the watch has to come first.
 */
const headroomMb = 4_096;

/** Whether this Node.js can look at the memory of a worker that does not come to rest: 22.16 and 24 can. */
function canLook(worker: object): worker is { getHeapStatistics(): Promise<HeapStatistics> } {
  return "getHeapStatistics" in worker;
}

interface HeapStatistics {
  readonly used_heap_size: number;
  readonly external_memory: number;
}

/** The limit that V8 gets for a worker that may use `limitMb`. */
export function heapLimitMb(limitMb: number, prototype: object): number {
  return "getHeapStatistics" in prototype ? limitMb + headroomMb : limitMb;
}

/** Watches the heap and the buffers of a worker; calls back once when they are larger than allowed. Returns how to stop. */
export function watchMemory(worker: Worker, limitMb: number, exceeded: () => void): () => void {
  if (!canLook(worker)) return () => {};
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const { used_heap_size: heap, external_memory: buffers } = await worker.getHeapStatistics();
      if (heap + buffers > limitMb * 0x10_0000) exceeded();
    } catch {
      // The worker has ended; its end is told elsewhere.
    }
    looking = false;
  };
  const timer = setInterval(() => void look(), period);
  timer.unref();
  return () => clearInterval(timer);
}
