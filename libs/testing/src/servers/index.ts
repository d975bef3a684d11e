export { startNats, type NatsOptions } from './nats.js';
export { freePort } from './ports.js';
export { dockerRuns, findProgram, needsServer, type ServerName } from './programs.js';
export { startProxy, type TcpProxy } from './proxy.js';
export { startRedis, type RedisOptions } from './redis.js';
export { stopServers } from './running.js';
export { type RestartOptions, type ServerKind, ServerProcess } from './server-process.js';
export { ThreadedProxies, type ThreadedProxy } from './threaded-proxies.js';
