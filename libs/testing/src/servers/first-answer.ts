import { connect } from 'node:net';

/** Connects, sends, and gives back the first bytes that come; rejects when none come within the time. */
export function firstAnswer(port: number, sent = '', withinMilliseconds = 1000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.setTimeout(withinMilliseconds, () => socket.destroy(new Error(`no answer from port ${port}`)));
    socket.once('data', (answer) => {
      resolve(answer.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`port ${port} closed the connection`)));
  });
}
