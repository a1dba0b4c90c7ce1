export { createInlineTlsEngine, type InlineTlsOptions } from "./inline-engine.ts";
