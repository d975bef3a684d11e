import { Catalogue } from './catalogue.js';

let loaded: Promise<Catalogue> | undefined;

/**
 * The catalogue of AWS's services. Its data, some 200 kB compressed, are loaded with the first call, and each service is
 * decoded when it is first asked for.
 *
 * @example
 * ```ts
 * const catalogue = await awsServices();
 * catalogue.resourceTypesOf('arn:aws:s3:::photos/2026/cat.jpg')[0]?.name;  // 'object'
 * ```
 */
export function awsServices(): Promise<Catalogue> {
  loaded ??= import('./aws-services.gen.js').then((encoded) => new Catalogue(encoded));
  return loaded;
}
