import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8 from allocating objects where old ones live because their like once lived long. Right after the start, while
 * its space for young objects is small, the objects of every conversation look long-lived; allocated among the old ones
 * they keep all that they refer to until the next full collection, and a login costs a third more. To be called before
 * anything is served.
 */
export function keepYoungObjectsYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
