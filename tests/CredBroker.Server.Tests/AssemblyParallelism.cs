// Fixtures that share nothing with others say that they may run beside each other. All others run alone: what they share is emptied, or time
// that a busy machine takes from them would be a fault.
[assembly: LevelOfParallelism(4)]
