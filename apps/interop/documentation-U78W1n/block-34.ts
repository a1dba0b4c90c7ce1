// packages/radius/README.md:13
import { createRadiusClient } from "@sallyport/radius/node";

const client = createRadiusClient({ server: "127.0.0.1:1812", secret: "testing123", timeout: 5_000 });
const answer = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
console.log(answer.codeName, answer.get("Reply-Message"));
await client.close();

export {};
