using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalCopilot.Training.Adapters;

/// <summary>A tensor of a <see cref="SafetensorsFile"/>.</summary>
/// <param name="Shape">Rows first, as PyTorch counts.</param>
/// <param name="Values">Row after row.</param>
internal sealed record SafeTensor(int[] Shape, float[] Values);

/// <summary>Reads and writes files of tensors as Hugging Face's libraries do.</summary>
/// <remarks>
/// Format: 8 bytes, little endian: length of the head; the head, JSON: name → dtype, shape, data_offsets [begin, end) in the data; the data.
/// Heads are padded with spaces to a multiple of 8. Reads F32, F16 and BF16.
/// </remarks>
internal static class SafetensorsFile
{
    private const int LengthBytes = 8;
    private const int LongestHead = 100_000_000;

    /// <summary>Writes tensors of floats; the order of the names is kept.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, SafeTensor>> tensors)
    {
        KeyValuePair<string, SafeTensor>[] all = [.. tensors];
        JsonObject head = new() { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        long offset = 0;
        foreach ((string name, SafeTensor tensor) in all)
        {
            long end = offset + ((long)tensor.Values.Length * sizeof(float));
            head[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(length => (JsonNode)length)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(head);
        int padded = (json.Length + LengthBytes - 1) / LengthBytes * LengthBytes;
        byte[] length = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(json);
        stream.Write([.. Enumerable.Repeat((byte)' ', padded - json.Length)]);
        foreach ((_, SafeTensor tensor) in all)
        {
            stream.Write(MemoryMarshal.AsBytes<float>(tensor.Values));
        }
    }

    /// <summary>Reads all tensors.</summary>
    /// <exception cref="TrainingException">It is damaged, or has tensors of another type.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Dictionary<string, SafeTensor> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        try
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(file);
            if (length is < 2 or > LongestHead)
            {
                throw new JsonException($"Its head has {length} bytes.");
            }

            ReadOnlyMemory<byte> head = file.AsMemory(LengthBytes, checked((int)length));
            ReadOnlySpan<byte> data = file.AsSpan(LengthBytes + head.Length);
            Dictionary<string, SafeTensor> tensors = new(StringComparer.Ordinal);
            using JsonDocument json = JsonDocument.Parse(head);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    continue;
                }

                JsonElement offsets = property.Value.GetProperty("data_offsets");
                Range range = offsets[0].GetInt32()..offsets[1].GetInt32();
                int[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(element => element.GetInt32())];
                float[] values = Floats(property.Value.GetProperty("dtype").GetString() ?? "", data[range]);
                if (shape.Aggregate(1L, (product, dimension) => product * dimension) != values.Length)
                {
                    throw new JsonException($"The tensor {property.Name} of shape [{string.Join(", ", shape)}] has {values.Length} elements.");
                }

                tensors[property.Name] = new(shape, values);
            }

            return tensors;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException or FormatException or IndexOutOfRangeException)
        {
            throw new TrainingException($"{path} is a damaged safetensors file: {exception.Message}", exception);
        }
    }

    private static float[] Floats(string type, ReadOnlySpan<byte> data) => type switch
    {
        "F32" => MemoryMarshal.Cast<byte, float>(data).ToArray(),
        "F16" => [.. MemoryMarshal.Cast<byte, Half>(data).ToArray().Select(value => (float)value)],
        "BF16" => [.. MemoryMarshal.Cast<byte, ushort>(data).ToArray().Select(value => BitConverter.Int32BitsToSingle(value << 16))],
        _ => throw new JsonException($"Tensors of type {type} cannot be read; F32, F16 and BF16 can."),
    };
}
