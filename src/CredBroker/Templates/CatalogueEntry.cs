namespace CredBroker.Templates;

/// <summary>Something in the catalogue's folder.</summary>
/// <param name="Name">Its path below the folder, with <c>/</c> between the parts.</param>
/// <param name="FullPath">Where to open it.</param>
/// <param name="IsDocument">Whether it is to be read; a hidden link only tells that something changed.</param>
/// <param name="State">What changes when it changes: length, time of last write, mode and link target.</param>
internal sealed record CatalogueEntry(string Name, string FullPath, bool IsDocument, string State);
