/** The domain of an address that may come with a name, such as `JapaneseStudent <noreply@example.com>`. */
export const domainOf = (address: string): string => /@([^\s<>@]+)>?\s*$/.exec(address)?.[1] ?? 'localhost';
