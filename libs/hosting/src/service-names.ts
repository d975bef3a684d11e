export const serviceNames = ['gateway', 'directory', 'credentials', 'sts', 'decisions', 'audit'] as const;
export type ServiceName = (typeof serviceNames)[number];
