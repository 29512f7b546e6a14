import { type AddressInfo, createServer } from 'node:net';

/** A TCP server that says a few lines ten times a second. */
export async function startTextServer(): Promise<{ readonly port: number; close(): void }> {
  const lines = ['to be or not to be', 'that is the question', 'the rest is silence'];
  const server = createServer((socket) => {
    let said = 0;
    const timer = setInterval(() => socket.write(`${lines[said++ % lines.length]}\n`), 100);
    socket.on('close', () => clearInterval(timer));
    socket.on('error', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
