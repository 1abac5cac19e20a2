/** The clock of the machine, which a process goes by unless it is given another. */
export const machineClock = (): Date => new Date();
