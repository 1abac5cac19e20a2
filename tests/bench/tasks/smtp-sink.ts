/** A process of its own: the least that an SMTP client accepts as a server. It keeps counts, no mails. */
import { createServer, type Socket } from 'node:net';

const END = Buffer.from('\r\n.\r\n');
let accepted = 0;

const converse = (socket: Socket): void => {
  let inMessage = false;
  let rest: Buffer = Buffer.alloc(0);

  const readMessage = (): boolean => {
    const end = rest.indexOf(END);
    if (end < 0) {
      rest = rest.subarray(Math.max(0, rest.length - END.length + 1));
      return false;
    }
    rest = rest.subarray(end + END.length);
    inMessage = false;
    accepted += 1;
    socket.write('250 accepted\r\n');
    return true;
  };

  const readCommand = (): boolean => {
    const end = rest.indexOf('\r\n');
    if (end < 0) return false;
    const verb = rest.toString('latin1', 0, Math.min(4, end)).toUpperCase();
    rest = rest.subarray(end + 2);
    inMessage = verb === 'DATA';
    if (inMessage) socket.write('354 go on\r\n');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else socket.write('250 ok\r\n');
    return true;
  };

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (inMessage ? readMessage() : readCommand());
  });
  socket.write('220 sink\r\n');
};

const server = createServer(converse);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', () => process.send?.({ accepted }));
process.on('disconnect', () => process.exit(0));
