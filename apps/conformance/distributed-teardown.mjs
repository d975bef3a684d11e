export default () => globalThis.distributedServer?.dispose();
