import { settingsAccounts } from "@sallyport/accounts";
import { AddressPool, accountsProvider, PppLink } from "@sallyport/ppp";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";

/**
 * What one side of a link that is up and idle holds, in bytes: so many links are brought up in pairs, by MS-CHAPv2.
 *
 * @param held bytes that live
 */
export function idleLinkBytes(count: number, held: () => number): number {
  const clock = createVirtualClock();
  const random = createSeededRandom(3);
  const provider = accountsProvider(settingsAccounts([{ name: "alice", password: "wonderland" }]), clock);
  const addresses = new AddressPool({ first: "10.0.0.2", last: "10.0.255.0", local: "10.0.0.1" });
  const links: PppLink[] = [];
  let up = 0;
  const connect = (pairs: number): void => {
    for (let index = 0; index < pairs; index += 1) {
      const caller: PppLink = new PppLink({
        role: "caller",
        clock,
        random,
        credentials: { userName: "alice", password: "wonderland" },
        events: { send: (octets) => server.receive(octets) },
      });
      const server: PppLink = new PppLink({
        role: "server",
        clock,
        random,
        authentication: { protocols: ["MS-CHAPv2"], provider },
        addresses,
        events: {
          send: (octets) => caller.receive(octets),
          up: () => {
            up += 1;
          },
        },
      });
      server.open();
      caller.open();
      links.push(server, caller);
    }
    clock.advance(5_000);
  };
  connect(50);
  const before = held();
  connect(count / 2);
  const bytes = (held() - before) / count;
  if (up !== links.length / 2) throw new Error(`${up} of ${links.length / 2} links came up`);
  return bytes;
}
