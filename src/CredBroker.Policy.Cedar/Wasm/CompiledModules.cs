using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.Logging;
using Wasmtime;
using Module = Wasmtime.Module;

namespace CredBroker.Policy.Cedar.Wasm;

/// <summary>
/// Compiled modules in a folder, so that a start takes milliseconds and not seconds. A compiled module is machine code that
/// will be run: it is taken only from a folder (0700) and a file (0600) that belong to the present user alone. Where the
/// folder cannot be used that way, the module is compiled anew each time, and that is logged.
/// </summary>
/// <param name="folder">The folder; it is created where it is missing.</param>
/// <param name="logger">For operators.</param>
internal sealed partial class CompiledModules(string folder, ILogger logger)
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The module, from the folder where it is there, else compiled and kept there.</summary>
    /// <param name="engine">The engine that will run it.</param>
    /// <param name="settings">What of the engine's settings the compiled code depends on.</param>
    /// <param name="wasm">The module's bytes.</param>
    public Module Get(Engine engine, string settings, ReadOnlySpan<byte> wasm)
    {
        if (!IsOurs()) return Compile(engine, wasm);
        var path = Path.Combine(folder, $"cedar-{Key(settings, wasm)}.bin");
        if (Read(engine, path) is { } kept) return kept;
        var module = Compile(engine, wasm);
        Keep(module, path);
        return module;
    }

    internal static Module Compile(Engine engine, ReadOnlySpan<byte> wasm) => Module.FromBytes(engine, "cedar", wasm);

    /// <summary>Differs where another Wasmtime, processor or module would make other code.</summary>
    private static string Key(string settings, ReadOnlySpan<byte> wasm)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var version = typeof(Engine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{version} {RuntimeInformation.RuntimeIdentifier} {settings} "));
        hash.AppendData(wasm);
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }

    private bool IsOurs()
    {
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnFolder);
            if ((File.GetUnixFileMode(folder) & Others) == 0 && IsOwn(Posix.OwnerOf(folder))) return true;
            LogFolderUnfit(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogFolderUnusable(fault, folder);
        }

        return false;
    }

    private Module? Read(Engine engine, string path)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0 || !IsOwn(Posix.OwnerOf(file.SafeFileHandle)))
            {
                LogFileUnfit(path);
                return null;
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Module.Deserialize(engine, "cedar", bytes);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or WasmtimeException)
        {
            // Half a file after a crash, or one of another processor: it is written anew.
            LogFileUnusable(fault, path);
            return null;
        }
    }

    private void Keep(Module module, string path)
    {
        var beside = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnFile;
            using (var file = new FileStream(beside, options)) file.Write(module.Serialize());
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotKept(fault, path);
            File.Delete(beside);
        }
    }

    private static bool IsOwn(uint? owner) => owner is null || owner == Posix.EffectiveUser;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Compiled policies are not kept in {Folder}: it is open to other users or belongs to one")]
    private partial void LogFolderUnfit(string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Compiled policies cannot be kept in {Folder}")]
    private partial void LogFolderUnusable(Exception fault, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The compiled module {Path} is open to other users or belongs to one; it is compiled anew")]
    private partial void LogFileUnfit(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The compiled module {Path} cannot be used; it is compiled anew")]
    private partial void LogFileUnusable(Exception fault, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The compiled module {Path} could not be written; the next start compiles again")]
    private partial void LogNotKept(Exception fault, string path);
}
