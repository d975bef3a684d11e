export { AwsManagedPolicy, type AwsManagedPolicyVersion, awsManagedPolicies, awsManagedPolicy } from './policies.js';
