using System.Runtime.InteropServices;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Tests.Llama.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-gguf-");

    private string File => Path.Combine(_folder.FullName, "a.gguf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_says_of_the_embedded_model_what_llama_cpp_says()
    {
        using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path);

        GgufFile file = GgufFile.Read(EmbeddedModel.Path);

        Assert.Equal((model.Architecture, model.Parameters, model.Bytes), (file.Architecture, file.Parameters, file.TensorBytes));
        Assert.Equal(model.Layers, file.Number("llama.block_count"));
        Assert.Equal(model.Metadata["general.name"], file.Text("general.name"));
        GgufArray tokens = file.Array("tokenizer.ggml.tokens")!;
        Assert.Equal(model.Vocabulary.Count, tokens.Count);
        Assert.Contains("<|fim_middle|>", file.ReadStrings(tokens));
        Assert.Equal(model.Vocabulary.Count, file.ReadIntegers(file.Array("tokenizer.ggml.token_type")!).Count());
        Assert.Equal(new FileInfo(EmbeddedModel.Path).Length, file.DataOffset + file.Tensors.Max(tensor => tensor.Offset + tensor.Bytes));
    }

    [Fact]
    public void Sizes_of_tensor_types_are_ggml_s()
    {
        LlamaRuntime.Load();
        nint library = NativeLibrary.Load(Directory.EnumerateFiles(LlamaRuntime.DefaultFolder, "*ggml-base*").Order(StringComparer.Ordinal).First());
        unsafe
        {
            var elements = (delegate* unmanaged[Cdecl]<int, long>)NativeLibrary.GetExport(library, "ggml_blck_size");
            var bytes = (delegate* unmanaged[Cdecl]<int, nuint>)NativeLibrary.GetExport(library, "ggml_type_size");
            foreach (GgufTensorType type in Enum.GetValues<GgufTensorType>())
            {
                Assert.Equal((type, (elements((int)type), (long)bytes((int)type))), (type, ((long, long))GgufTensorTypes.Block(type)!.Value));
            }
        }
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        new GgufBytes()
            .With("text", "é").With("number", 7u).With("yes", true).With("texts", "a", "", "b").With("numbers", 1, -2, 3)
            .Add("byte", GgufValueType.UInt8, writer => writer.Write((byte)200))
            .Add("long", GgufValueType.Int64, writer => writer.Write(-5L))
            .Add("float", GgufValueType.Float32, writer => writer.Write(0.5f))
            .Add("double", GgufValueType.Float64, writer => writer.Write(0.25))
            .WithTensor("a", GgufTensorType.F32, 3, 2).WithTensor("b", GgufTensorType.Q4_K, 256, 2)
            .WriteTo(File);

        GgufFile file = GgufFile.Read(File);

        Assert.Equal(("é", 7, true, 200, -5), (file.Text("text"), file.Number("number"), file.Metadata["yes"], file.Number("byte"), file.Number("long")));
        Assert.Equal((0.5f, 0.25), (file.Metadata["float"], file.Metadata["double"]));
        Assert.Equal(["a", "", "b"], file.ReadStrings(file.Array("texts")!));
        Assert.Equal([1, -2, 3], file.ReadIntegers(file.Array("numbers")!));
        Assert.Null(file.Number("text"));
        Assert.Null(file.Text("missing"));
        Assert.Equal([("a", 6L, 24L), ("b", 512L, 288L)], file.Tensors.Select(tensor => (tensor.Name, tensor.Elements, tensor.Bytes)));
    }

    public static TheoryData<string, Action<GgufBytes>, string> Broken => new()
    {
        { "magic", file => file.Magic = 0x47475547, "is no GGUF file" },
        { "version 1", file => file.Version = 1, "has version 1 of the GGUF format; 2 and 3 can be read" },
        { "version 4", file => file.Version = 4, "has version 4" },
        { "big-endian", file => file.Version = 0x03000000, "was written for big-endian machines" },
        { "tensor count", file => file.TensorCount = ulong.MaxValue, "the number of tensors is 18446744073709551615" },
        { "value count", file => file.ValueCount = 1_000_000, "the number of metadata entries is 1000000" },
        { "one value too many", file => file.ValueCount = 3, "is damaged" },
        { "value type", file => file.Add("x", (GgufValueType)77, _ => { }), "x is of the unknown type 77" },
        { "key twice", file => file.With("a", 1u).With("a", 2u), "the key a is there twice" },
        { "empty key", file => file.With("", 1u), "key 2 of 2 is empty" },
        { "text length", file => file.Add("x", GgufValueType.String, writer => writer.Write(ulong.MaxValue)), "x should have 18446744073709551615 bytes" },
        { "array count", file => file.Add("x", GgufValueType.Array, writer => { writer.Write(4u); writer.Write(1UL << 62); }), "the length of x is 4611686018427387904" },
        { "array of arrays", file => file.Add("x", GgufValueType.Array, writer => { writer.Write(9u); writer.Write(1UL); }), "x is an array of arrays" },
        { "array type", file => file.Add("x", GgufValueType.Array, writer => { writer.Write(50u); writer.Write(1UL); }), "x is an array of the unknown type 50" },
        { "alignment", file => file.With("general.alignment", 48u), "general.alignment is 48" },
        { "no dimensions", file => file.WithTensorAt("t", GgufTensorType.F32, 0), "the tensor t has 0 dimensions" },
        { "five dimensions", file => file.WithTensorAt("t", GgufTensorType.F32, 0, 1, 1, 1, 1, 1), "the tensor t has 5 dimensions" },
        { "empty dimension", file => file.WithTensorAt("t", GgufTensorType.F32, 0, 4, 0), "dimension 1 of the tensor t is 0" },
        { "overflow", file => file.WithTensorAt("t", GgufTensorType.F32, 0, 1UL << 32, 1UL << 31), "dimension 1 of the tensor t is 2147483648" },
        { "tensor type", file => file.WithTensorAt("t", (GgufTensorType)5, 0, 4), "the tensor t is of the unknown type 5" },
        { "row no whole blocks", file => file.WithTensorAt("t", GgufTensorType.Q8_0, 0, 33), "no multiple of the 32" },
        { "offset", file => file.WithTensorAt("t", GgufTensorType.F32, 4, 4), "no multiple of 32" },
        { "offset beyond the end", file => file.WithTensorAt("t", GgufTensorType.F32, 1UL << 60, 4), "is cut off" },
        { "data beyond the end", file => file.WithTensorAt("t", GgufTensorType.F32, 0, 1000), "is cut off: the data of the tensor t should end at byte" },
        { "tensor twice", file => file.WithTensor("t", GgufTensorType.F32, 1).WithTensor("t", GgufTensorType.F32, 1), "the tensor t is there twice" },
        { "tensor's name", file => file.WithTensor(new string('n', 64), GgufTensorType.F32, 1), "has 64 bytes; 63 are allowed" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_wrong_is_said_with_the_file_the_field_and_its_value(string what, Action<GgufBytes> change, string message)
    {
        GgufBytes bytes = new GgufBytes().With("general.architecture", "llama");
        change(bytes);
        bytes.WriteTo(File);

        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Read(File));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(File, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Fact]
    public void An_empty_file_is_no_GGUF_file()
    {
        System.IO.File.WriteAllBytes(File, []);

        Assert.Contains("it is empty", Assert.Throws<GgufException>(() => GgufFile.Read(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_an_error()
    {
        byte[] whole = Small().ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Assert.Throws<GgufException>(() => GgufFile.Read(File));
        }

        System.IO.File.WriteAllBytes(File, whole);
        Assert.Equal(2, GgufFile.Read(File).Tensors.Count);
    }

    [Fact]
    public void Whatever_bytes_are_changed_it_is_read_or_refused()
    {
        byte[] whole = Small().ToArray();
        Random random = new(7);
        for (int round = 0; round < 3000; round++)
        {
            byte[] changed = [.. whole];
            for (int flips = random.Next(1, 5); flips > 0; flips--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            System.IO.File.WriteAllBytes(File, changed);
            try
            {
                GgufFile file = GgufFile.Read(File);
                foreach (GgufArray array in file.Metadata.Values.OfType<GgufArray>())
                {
                    _ = array.ElementType switch
                    {
                        GgufValueType.String => file.ReadStrings(array).Count(),
                        GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Bool => 0,
                        _ => file.ReadIntegers(array).Count(),
                    };
                }
            }
            catch (GgufException)
            {
                // Refused, with a message.
            }
        }
    }

    private static GgufBytes Small() => new GgufBytes()
        .With("general.architecture", "llama").With("llama.block_count", 2u).With("tokenizer.ggml.tokens", "a", "b", "<|fim_middle|>").With("tokenizer.ggml.token_type", 1, 1, 3)
        .WithTensor("token_embd.weight", GgufTensorType.Q8_0, 32, 3).WithTensor("output_norm.weight", GgufTensorType.F32, 32);
}
