export { chart, sparkline } from "./chart.ts";
export {
  Monitor,
  type MonitoredServer,
  type MonitorOptions,
  type Sample,
  type ServerReport,
} from "./monitor.ts";
