import { randomUUID } from 'node:crypto';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { ClusterInfo } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import type { SupportedMethods } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import type { Empty } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import type { Endpoint } from '../faults.js';
import { admit, type Backend } from './backend.testing.js';
import { features, gossip, shared } from './protocol.testing.js';

const { FOLLOWER, LEADER } = gossip.MemberInfo.VNodeState;

/** A cluster of this node, or of this one and the leader it knows of. */
export async function readGossip(
  backend: Backend,
  call: ServerUnaryCall<Empty, ClusterInfo>,
  answer: sendUnaryData<ClusterInfo>,
): Promise<void> {
  await admit(backend, 'gossip', call.metadata);
  const { leader } = backend.faults;
  const info = new gossip.ClusterInfo();
  info.addMembers(memberOf(backend.endpoint, leader ? FOLLOWER : LEADER));
  if (leader) info.addMembers(memberOf(leader, LEADER));
  answer(null, info);
}

const memberOf = ({ address, port }: Endpoint, state: gossip.MemberInfo.VNodeState) =>
  new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(randomUUID()))
    .setTimeStamp(String(BigInt(Date.now()) * 10_000n))
    .setState(state)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port));

/** What a client asks for first: it appends in batches only where the server says it can. */
const methods: readonly (readonly [service: string, method: string, features: string[]])[] = [
  ['event_store.client.streams.streams', 'read', ['position', 'events']],
  ['event_store.client.streams.streams', 'append', []],
  ['event_store.client.streams.streams', 'delete', []],
  ['event_store.client.streams.streams', 'tombstone', []],
  ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

export async function getSupportedMethods(
  backend: Backend,
  call: ServerUnaryCall<Empty, SupportedMethods>,
  answer: sendUnaryData<SupportedMethods>,
): Promise<void> {
  await admit(backend, 'features', call.metadata);
  const supported = new features.SupportedMethods().setEventStoreServerVersion('24.10.0');
  for (const [service, method, named] of methods) {
    supported.addMethods(
      new features.SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(named),
    );
  }
  answer(null, supported);
}
