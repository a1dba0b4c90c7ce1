// apps/docs/guides/nps-extension.md:212
import { loadIsolatedExtension } from "@sallyport/nps/node";

const file = "data:text/javascript,export const RadiusExtensionProcess = () => 0;";
const extension = await loadIsolatedExtension(file, { name: "example", onCrash: "restart" });
console.log(extension.form); // 1
await extension.close();

export {};
