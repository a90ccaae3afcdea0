// Fixtures that have servers of their own say that they may run beside each other; they wait more than they work. All others run alone.
[assembly: LevelOfParallelism(3)]
