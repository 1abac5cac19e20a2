const ADDRESS = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$/;
const MAXIMUM_LENGTH = 254;

/** Whether mail is sent to this address (rule M2). */
export const isRecipient = (address: string): boolean =>
  address.length <= MAXIMUM_LENGTH && ADDRESS.test(address);
