using CredBroker.Policy;
using CredBroker.Templates;

namespace CredBroker.Approvals;

/// <summary>Whether enough people have agreed. Each counts once: who is in two groups stands for one of them, whichever helps more.</summary>
internal static class Quorum
{
    /// <summary>Whether every need is met by people of its own.</summary>
    /// <param name="needs">Who has to agree.</param>
    /// <param name="groups">The groups as they are now.</param>
    /// <param name="approvers">Who has agreed.</param>
    public static bool IsMet(IReadOnlyList<ApprovalNeed> needs, IReadOnlyDictionary<string, ApproverGroup> groups, IEnumerable<string> approvers)
    {
        var seats = needs.SelectMany(need => Enumerable.Repeat(need.Group, need.Count)).ToList();
        var people = approvers.Distinct(StringComparer.Ordinal).ToList();
        var taken = new int?[people.Count];
        return seats.Index().All(seat => Seat(seat.Index, seats, groups, people, taken, new bool[people.Count]));
    }

    /// <summary>What cannot be met by anybody: a group that there is not, or one with too few people. Null where all can be.</summary>
    public static string? Hindrance(IReadOnlyList<ApprovalNeed> needs, IReadOnlyDictionary<string, ApproverGroup> groups)
    {
        foreach (var need in needs)
        {
            if (!groups.TryGetValue(need.Group, out var group)) return $"there is no ApproverGroup {need.Group}";
            if (group.Approvers.Count < need.Count) return $"the ApproverGroup {need.Group} has fewer people than have to agree";
        }

        return IsMet(needs, groups, needs.SelectMany(need => groups[need.Group].Approvers))
            ? null
            : "its ApproverGroups have too few people between them, for each counts once";
    }

    /// <summary>Finds somebody for a seat, where need be by giving those who have one another: an augmenting path of a bipartite matching.</summary>
    private static bool Seat(
        int seat, List<string> seats, IReadOnlyDictionary<string, ApproverGroup> groups, List<string> people, int?[] taken, bool[] tried)
    {
        for (var i = 0; i < people.Count; i++)
        {
            if (tried[i] || !groups.TryGetValue(seats[seat], out var group) || !group.Has(people[i])) continue;
            tried[i] = true;
            if (taken[i] is { } other && !Seat(other, seats, groups, people, taken, tried)) continue;
            taken[i] = seat;
            return true;
        }

        return false;
    }
}
