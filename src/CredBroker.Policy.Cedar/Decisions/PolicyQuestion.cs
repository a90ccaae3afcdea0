namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>What is asked of Cedar: one action, and the policies that may match it.</summary>
internal readonly record struct PolicyQuestion(string Action, PolicySlice Slice);
