import { registeredServices } from '@muniment/directory/contract';
import type { Sources } from '@muniment/kernel';
import { awsServices, type Catalogue, type ServiceDefinition } from '@muniment/service-catalog';

/** What is known of actions and resources: AWS's, and those of the services that the account has registered. */
export async function catalogueOf(from: Pick<Sources, 'list'>): Promise<Catalogue> {
  const own = await from.list(registeredServices);
  return (await awsServices()).with(own.map(({ definition }) => JSON.parse(definition) as ServiceDefinition));
}
