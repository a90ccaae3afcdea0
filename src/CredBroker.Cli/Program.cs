using CredBroker.Cli;

return await CommandLine.RunAsync(args, CliHost.System());
