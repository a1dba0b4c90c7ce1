// npm run endpoint: something to try the webhook with. Prints what it receives, and takes it.
import { createServer } from "node:http";

const port = Number(process.env["PORT"] ?? 8080);
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  for (const { id, record } of JSON.parse(body)) process.stdout.write(`${id} ${JSON.stringify(record)}\n`);
  response.writeHead(204).end();
});
server.listen(port, "127.0.0.1", () => {
  process.stdout.write(`listening on http://127.0.0.1:${Object(server.address()).port}/\n`);
});
