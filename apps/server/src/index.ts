// The settings file.

// The server inside another program.
export { createServerLog, type ServerLog, type ServerLogOptions } from "./log/event-log.ts";
export { type RunningServer, startServer } from "./server.ts";
export { loadSettings } from "./settings/load-settings.ts";
export { type Mistake, SettingsError } from "./settings/mistake.ts";
export { defineSettings, type SettingsInput } from "./settings/schema.ts";
export type { EndpointSetting, ExtensionSetting, Settings } from "./settings/settings.ts";
export { StartError } from "./start-error.ts";
export type { TraceRing } from "./trace-ring.ts";
