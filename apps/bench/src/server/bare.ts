import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@nats-io/transport-node';

/*
 * `bare.js http` or `bare.js nats`: answers everything with one text and does nothing else. What it costs is what the
 * library and the machine cost, on the day and in the minute of the measurement.
 */

const answer =
  '{"Decision":"ALLOW","Explicit":false,"DeterminingStatements":[{"PolicyId":"orders","PolicyType":"IDENTITY_BASED_POLICY","Index":0,"Sid":"ReadOrders"}]}';

async function overNats(): Promise<string> {
  const { MUNIMENT_NATS_URL: servers = '', MUNIMENT_NATS_USER: user, MUNIMENT_NATS_PASSWORD: pass } = process.env;
  const connection = await connect({ servers, name: 'bare', ...(user && { user }), ...(pass && { pass }) });
  const said = Buffer.from(answer);
  connection.subscribe('bare.*', { queue: 'bare', callback: (_, message) => void message.respond(said) });
  await connection.flush();
  return servers;
}

function overHttp(): Promise<string> {
  const headers = { 'content-type': 'application/json', 'content-length': answer.length };
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, headers).end(answer));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

const url = await (process.argv[2] === 'nats' ? overNats() : overHttp());
process.stdout.write(`${url}\n`);
