/**
 * The VLAN by group: who was admitted gets the VLAN of the first listed group that has them as a member, from a
 * directory of one's own. To be listed at the authorization point.
 *
 * `windows.ts` is the same extension with the entry points of a Windows DLL.
 */
import { defineNpsExtension, type NpsExtensionModule, reject } from "@sallyport/nps";
import { type Configuration, configurationOf } from "./configuration.ts";
import { asThePolicySays, type VlanSettings, vlanAttributes, vlanOf } from "./vlans.ts";

export type { VlanSettings };

let configuration: Configuration | undefined;

const vlanByGroup: NpsExtensionModule = defineNpsExtension({
  initialize(environment) {
    const { configuration: read, mistakes } = configurationOf(environment);
    if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
    configuration = read;
  },

  terminate() {
    configuration = undefined;
  },

  authorization(request, response) {
    if (response.disposition !== "accept") return;
    // A throw discards the request: nobody is let into whatever VLAN the port happens to have.
    if (configuration === undefined) throw new Error("the settings are not read");
    const { rules, directory } = configuration;
    const vlan = vlanOf(rules, directory, request.account ?? "");
    if (vlan === asThePolicySays) return;
    if (vlan === undefined) {
      request.log.warning("rejected: a user of no group", { user: request.account });
      return reject();
    }
    // What a network policy says of VLANs is replaced, whatever its tag.
    for (const name of ["Tunnel-Type", "Tunnel-Medium-Type", "Tunnel-Private-Group-ID"])
      response.remove(name);
    response.add(vlanAttributes(rules, vlan));
  },
});

export default vlanByGroup;
