export type { Cancel, Clock, Milliseconds } from "./clock.ts";
export { createMemoryLog, type Log, type LogEvent, type MemoryLog, type Severity, silentLog } from "./log.ts";
export { createSeededRandom, type Random, systemRandom } from "./random.ts";
export { randomWord } from "./random-word.ts";
export { systemClock } from "./system-clock.ts";
export { isThenable } from "./thenable.ts";
export { shortAsciiText, utf8Octets, utf8Text } from "./utf8.ts";
export { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
