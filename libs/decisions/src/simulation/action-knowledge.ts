import type { Call } from '@muniment/kernel';
import { type Catalogue, fitsArnFormat } from '@muniment/service-catalog';

/** Types whose ARNs AWS's simulator takes for one another's. */
const alike: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  s3: { bucket: ['object'], object: ['bucket'] },
};

/** What AWS calls the resource of several ARNs, where that was seen; of other services the catalogue's format is shown. */
const seen: Readonly<Record<string, string>> = {
  ec2: 'arn:aws:ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}',
  iam: 'arn:aws:iam::${Account}:${ResourceType}/${ResourceName}',
  kms: 'arn:aws:kms:${Region}:${Account}:${ResourceType}/${Id}',
  lambda: 'arn:aws:lambda:${Region}:${Account}:${ResourceType}:${ResourceId}',
  s3: 'arn:aws:s3:::${BucketName}/${KeyName}',
  sqs: 'arn:aws:sqs:${Region}:${Account}:${QueueName}',
  sts: 'arn:aws:iam::${Account}:${RelativeId}',
};

/**
 * Whether an action can be about a resource: what does not look like it, AWS denies. Of actions that are not known, or
 * have no resource of their own, the policies alone decide.
 */
export function aboutOf(catalogue: Catalogue, action: string): (resource: string) => boolean {
  const known = catalogue.action(action);
  if (!known || known.resourceTypes.length === 0) return () => true;
  const wanted = new Set(known.resourceTypes.flatMap(({ name }) => [name, ...(alike[known.service]?.[name] ?? [])]));
  const types = catalogue.service(known.service)?.resourceTypes ?? [];
  const formats = types
    .filter(({ name }) => wanted.has(name))
    .flatMap(({ arn, otherArns = [] }) => [arn, ...otherArns]);
  return (resource) => resource === '*' || formats.some((format) => fitsArnFormat(format, resource));
}

/** What stands for all resources of one action. */
export function nameOfSeveral(catalogue: Catalogue, action: string): string {
  const known = catalogue.action(action);
  if (!known) return '*';
  const [first] = known.resourceTypes;
  const formats = catalogue.service(known.service)?.resourceTypes ?? [];
  const format = formats.find(({ name }) => name === first?.name)?.arn.replace('${Partition}', 'aws');
  return seen[known.service] ?? format ?? '*';
}

/** Names that AWS takes: a service, a colon, and anything. Actions that nobody knows are compared all the same. */
export function checkActions(
  catalogue: Catalogue,
  actions: readonly string[],
  resources: readonly string[] | undefined,
  call: Call<'InvalidInput'>,
): void {
  if (!actions.every((action) => action.includes(':'))) {
    call.fault('InvalidInput', 'The action is invalid since it is missing names');
  }
  if (!resources) return;
  const known = actions.filter((action) => catalogue.action(action));
  const unknown = actions.filter((action) => !catalogue.action(action));
  if (known.length === 0 || unknown.length === 0) return;
  call.fault(
    'InvalidInput',
    `Invalid Input Actions: [${known.join(',')}] and [${unknown.join(',')}] require different authorization information.`,
  );
}
