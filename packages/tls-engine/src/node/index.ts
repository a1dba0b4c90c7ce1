export { createInlineTlsEngine, type InlineTlsOptions } from "./inline-engine.ts";
export { createTlsWorkerPool, type TlsWorkerPoolOptions } from "./worker-pool.ts";
