return await DevIssuer.DevIssuerCommand.RunAsync(args, Console.Out, Console.Error, TimeProvider.System);
